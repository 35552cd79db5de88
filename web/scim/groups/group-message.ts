import { type GroupAttributes, type MembersChange, sameMembers } from '../../../domain/directory/group.ts';
import { badRequest } from '../http/scim-error.ts';
import type { Step } from '../resource/patch.ts';
import { type Complex, type Resource, readValue } from '../resource/value.ts';

/** A group in the form of a SCIM resource, without its members. */
export const resourceOf = ({ displayName, externalId }: GroupAttributes): Resource => ({
  displayName,
  ...(externalId !== null && { externalId }),
});

/** The attributes that a resource says. Throws a 400 `invalidValue` without a name. */
export function attributesOf({ displayName, externalId }: Resource): GroupAttributes {
  if (typeof displayName !== 'string') throw badRequest('invalidValue', 'displayName is missing.');
  return { displayName, externalId: typeof externalId === 'string' ? externalId : null };
}

/** The ids of the members in a resource. Throws a 400 `invalidValue` for a member that is no person. */
export const membersOf = ({ members }: Resource): Set<string> => idsOf((members ?? []) as readonly Complex[]);

/** Whether a step changes the members. */
export const isAboutMembers = ({ target }: Step): boolean => target.attribute.name === 'members';

/**
 * All changes of members in their order as one, so that a group of thousands is neither read nor written as a whole.
 * Throws a 400 for a path that is not about members who come or go.
 */
export const membersChange = (steps: readonly Step[]): MembersChange =>
  steps.reduce((change, step) => {
    const ids = idsIn(step);
    if (step.op === 'remove') return ids === null ? nobody : removing(change, ids);
    return step.op === 'replace' ? adding(nobody, ids ?? new Set()) : adding(change, ids ?? new Set());
  }, sameMembers);

const nobody: MembersChange = { onlyAdded: true, added: new Set(), removed: new Set() };

const adding = ({ onlyAdded, added, removed }: MembersChange, ids: ReadonlySet<string>): MembersChange => ({
  onlyAdded,
  added: union(added, ids),
  removed: difference(removed, ids),
});

const removing = ({ onlyAdded, added, removed }: MembersChange, ids: ReadonlySet<string>): MembersChange => ({
  onlyAdded,
  added: difference(added, ids),
  removed: onlyAdded ? removed : union(removed, ids),
});

type Ids = ReadonlySet<string>;
const union = (one: Ids, other: Ids): Ids => new Set([...one, ...other]);
const difference = (one: Ids, other: Ids): Ids => new Set([...one].filter((id) => !other.has(id)));

/** The members that a step names; null for none. */
function idsIn({ op, target: { attribute, conditions, part }, value }: Step): Set<string> | null {
  if (part !== undefined || (conditions.length > 0 && op !== 'remove')) {
    throw badRequest('mutability', 'Members can only be added or removed, not changed.');
  }
  if (conditions.length > 0) {
    const isById = conditions.every((condition) => condition.part.name === 'value');
    if (!isById || conditions.length > 1)
      throw badRequest('invalidFilter', 'Members can only be filtered by value.');
    return new Set([String(conditions[0]!.value).toLowerCase()]);
  }
  const members = readValue(attribute, value) as readonly Complex[] | undefined;
  return members === undefined ? null : idsOf(members);
}

function idsOf(members: readonly Complex[]): Set<string> {
  if (members.some(({ type }) => type !== undefined && String(type).toLowerCase() !== 'user')) {
    throw badRequest('invalidValue', 'Only people can be members of a group.');
  }
  return new Set(members.map(({ value }) => String(value ?? '').toLowerCase()));
}
