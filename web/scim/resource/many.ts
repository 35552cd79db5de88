import { badRequest } from '../http/scim-error.ts';
import type { Attribute } from '../schemas/attribute.ts';
import type { Condition, Target } from './path.ts';
import { type Complex, isEmpty, limited, merged, readParts, readSimple, readValue } from './value.ts';

export type Verb = 'add' | 'replace' | 'remove';

export type AttributeTarget = Extract<Target, { kind: 'attribute' }>;

/** The values of an attribute with many after one operation of a PATCH. */
export function changedMany(
  before: readonly Complex[],
  verb: Verb,
  target: AttributeTarget,
  sent: unknown,
): readonly Complex[] {
  const { attribute, conditions, part } = target;
  if (part === undefined && (verb === 'remove' || (verb === 'replace' && isEmpty(sent)))) {
    return removed(before, target, sent);
  }
  const after =
    conditions.length === 0 && part === undefined
      ? given(before, verb, attribute, sent)
      : changedValues(before, verb, target, sent);
  return limited(attribute, onePrimary(before, after));
}

/** Entra removes members by a list of values instead of a filter. */
function removed(before: readonly Complex[], { attribute, conditions }: AttributeTarget, sent: unknown) {
  const named = conditions.length === 0 ? valuesIn(attribute, sent) : [];
  return before.filter((one) =>
    named.length > 0 ? !named.some((other) => isSame(one, other)) : !fulfilsAll(one, conditions),
  );
}

function given(before: readonly Complex[], verb: Verb, attribute: Attribute, sent: unknown) {
  const values = valuesIn(attribute, sent);
  if (verb === 'replace') return values;
  const updated = before.map((one) => {
    const again = values.find((other) => isSame(one, other));
    return again === undefined ? one : { ...one, ...again };
  });
  return [...updated, ...values.filter((one) => !before.some((other) => isSame(other, one)))];
}

/** Changes the values that are meant. Makes one when there is none, because Entra sets `emails[type eq "work"].value`. */
function changedValues(
  before: readonly Complex[],
  verb: Verb,
  { attribute, conditions, part }: AttributeTarget,
  sent: unknown,
) {
  const isMeant = (one: Complex) => fulfilsAll(one, conditions);
  const parts = partsIn(attribute, part, verb, sent);
  if (before.some(isMeant)) {
    const after = before.map((one) => (isMeant(one) ? merged(one, parts) : one));
    return after.filter((one) => one !== undefined);
  }
  const fresh = merged(
    Object.fromEntries(conditions.map(({ part: { name }, value }) => [name, value])),
    parts,
  );
  return verb === 'remove' || fresh === undefined ? before : [...before, fresh];
}

function partsIn(attribute: Attribute, part: Attribute | undefined, verb: Verb, sent: unknown) {
  if (part !== undefined) return { [part.name]: verb === 'remove' ? undefined : readSimple(part, sent) };
  if (isEmpty(sent)) throw badRequest('invalidValue', `Expected a value of ${attribute.name}.`);
  return readParts(attribute, sent);
}

const valuesIn = (attribute: Attribute, sent: unknown) =>
  (readValue(attribute, sent) ?? []) as readonly Complex[];

/** At most one value is the primary one: the one that became it last. */
function onePrimary(before: readonly Complex[], after: readonly Complex[]): readonly Complex[] {
  const primary = after.filter((one) => one.primary === true);
  if (primary.length < 2) return after;
  const chosen = primary.findLast((one) => !before.includes(one)) ?? primary.at(-1);
  return after.map((one) => (one.primary === true && one !== chosen ? { ...one, primary: false } : one));
}

const isSame = (one: Complex, other: Complex): boolean =>
  equal(one.value, other.value) && (other.type === undefined || equal(one.type, other.type));

const fulfilsAll = (one: Complex, conditions: readonly Condition[]): boolean =>
  conditions.every(({ part, value }) =>
    equal(one[part.name] ?? (part.type === 'boolean' ? false : ''), value),
  );

const equal = (one: unknown, other: unknown): boolean =>
  String(one).toLowerCase() === String(other).toLowerCase();
