import { badRequest } from '../http/scim-error.ts';
import { type Attribute, attributeNamed } from '../schemas/attribute.ts';

/** A value as it is kept: checked, with the names of the schema. */
export type Value = string | boolean | Complex | readonly Complex[];

/** A complex value by the names of its parts. Names come from a schema, never from a request. */
export interface Complex {
  [part: string]: string | boolean;
}

/** A resource by the names of its attributes. An extension is a nested object under its URN. */
export interface Resource {
  [name: string]: Value | Resource;
}

/**
 * Reads a value of a request as one of the attribute; undefined when it is empty. Takes what directories send: a text for
 * a boolean, one value in a list, a text for a complex value. Throws a 400 `invalidValue` for anything else.
 */
export function readValue(attribute: Attribute, sent: unknown): Value | undefined {
  if (attribute.multiValued) return readMany(attribute, sent);
  return attribute.type === 'complex' ? readComplex(attribute, sent) : readSimple(attribute, sent);
}

function readMany(attribute: Attribute, sent: unknown): readonly Complex[] | undefined {
  const list = isEmpty(sent) ? [] : [sent].flat();
  const read = limited(attribute, list).map((one) => readComplex(attribute, one));
  const values = read.filter((one) => one !== undefined);
  return values.length > 0 ? values : undefined;
}

/** Throws a 400 `invalidValue` for more values than the attribute may have. */
export function limited<T>({ name, most }: Attribute, list: readonly T[]): readonly T[] {
  if (list.length > most!) throw badRequest('invalidValue', `${name} may have at most ${most} values.`);
  return list;
}

const readComplex = (attribute: Attribute, sent: unknown): Complex | undefined =>
  isEmpty(sent) ? undefined : merged({}, readParts(attribute, sent));

/** The parts that a value of a complex attribute names; an empty part is undefined. Unknown ones are ignored. */
export function readParts(attribute: Attribute, list: unknown): Partial<Complex> {
  const sent = unwrapped(list);
  const given = isObject(sent) ? Object.entries(sent) : [['value', sent] as const];
  const parts: Partial<Complex> = {};
  for (const [name, value] of given) {
    const part = attributeNamed(attribute.subAttributes, name);
    if (part !== undefined && part.mutability !== 'readOnly') parts[part.name] = readSimple(part, value);
    else if (!isObject(sent)) throw badRequest('invalidValue', `${attribute.name} is not an object.`);
  }
  return withoutAddress(parts);
}

/** Some clients only send the address of a reference; its last part is the id. */
function withoutAddress({ $ref: address, ...parts }: Partial<Complex>): Partial<Complex> {
  if (typeof address !== 'string' || parts.value !== undefined) return parts;
  return { ...parts, value: address.slice(address.lastIndexOf('/') + 1) };
}

/** A complex value after a change of some parts; undefined when nothing is left. */
export function merged(before: Complex | undefined, parts: Partial<Complex>): Complex | undefined {
  const all = Object.entries({ ...before, ...parts });
  const kept = all.filter((entry): entry is [string, string | boolean] => entry[1] !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Reads a simple value; undefined when it is empty. */
export function readSimple(attribute: Attribute, list: unknown): string | boolean | undefined {
  const sent = unwrapped(list);
  if (isEmpty(sent)) return undefined;
  if (attribute.type === 'boolean') return readBoolean(attribute, sent);
  if (typeof sent === 'string') return sent;
  if (typeof sent === 'number' || typeof sent === 'boolean') return String(sent);
  throw badRequest('invalidValue', `${attribute.name} is not a text.`);
}

function readBoolean({ name }: Attribute, sent: unknown): boolean {
  if (typeof sent === 'boolean') return sent;
  if (typeof sent === 'string' && /^true$/i.test(sent)) return true;
  if (typeof sent === 'string' && /^false$/i.test(sent)) return false;
  throw badRequest('invalidValue', `${name} is neither true nor false.`);
}

/** Some directories send one value as a list. */
const unwrapped = (sent: unknown): unknown => (Array.isArray(sent) && sent.length === 1 ? sent[0] : sent);

/** Directories send an empty text for what a person has not. */
export const isEmpty = (sent: unknown): boolean => sent === null || sent === undefined || sent === '';

/** Whether a value of a request is an object, not a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
