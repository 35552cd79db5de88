import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { AccountConflict } from '../../domain/directory/account.ts';
import { type GroupAttributes, type MembersChange, sameMembers } from '../../domain/directory/group.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import { cleanText } from '../../domain/text.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { isUuid } from './account-filter.ts';

/** The most characters of a name or an id. */
const longest = 255;

/**
 * Adds a group and returns its id. Throws InvalidInput for a text that cannot be stored or a member who is unknown, and
 * AccountConflict for an external id that another group has.
 */
export const createGroup = (
  em: EntityManager,
  actor: Actor,
  attributes: GroupAttributes,
  members: ReadonlySet<string>,
): Promise<string> => {
  const { displayName, externalId } = cleaned(attributes);
  return inTransaction(em, async (transaction) => {
    const id = randomUUID();
    const { numAffectedRows } = await sql`
      insert into directory_groups (id, display_name, external_id) values (${id}, ${displayName}, ${externalId})
      on conflict (folded(external_id)) do nothing`.execute(sqlOf(transaction));
    if (Number(numAffectedRows) === 0) throw externalIdTaken();
    record(transaction, actor, 'group.created', null, { groupId: id, group: displayName });
    await changeMembers(transaction, actor, { id, displayName }, { ...sameMembers, added: members });
    return id;
  });
};

/** A change of a group. `expect` is called with the version under the lock, and may throw. */
export interface GroupChange {
  attributes(current: GroupAttributes): GroupAttributes;
  members: MembersChange;
  expect?: ((version: number) => void) | undefined;
}

/** Changes a group and its members. Throws like `createGroup`, and NotFound. */
export const changeGroup = (
  em: EntityManager,
  actor: Actor,
  id: string,
  change: GroupChange,
): Promise<void> =>
  inTransaction(em, async (transaction) => {
    const { version, ...current } = await lockGroup(transaction, id);
    change.expect?.(version);
    const { displayName, externalId } = cleaned(change.attributes(current));
    const isNamedAnew = displayName !== current.displayName || externalId !== current.externalId;
    if (externalId !== current.externalId) await refuseTakenId(transaction, id, externalId);
    const moved = await changeMembers(transaction, actor, { id, displayName }, change.members);
    if (isNamedAnew) record(transaction, actor, 'group.updated', null, { groupId: id, group: displayName });
    if (!isNamedAnew && moved === 0) return;
    await sql`
      update directory_groups set display_name = ${displayName}, external_id = ${externalId},
        version = version + 1, changed_at = now()
      where id = ${id}`.execute(sqlOf(transaction));
  });

/** Deletes a group. Throws NotFound. */
export const deleteGroup = (
  em: EntityManager,
  actor: Actor,
  id: string,
  expect?: (version: number) => void,
): Promise<void> =>
  inTransaction(em, async (transaction) => {
    const { version, displayName } = await lockGroup(transaction, id);
    expect?.(version);
    await sql`delete from directory_groups where id = ${id}`.execute(sqlOf(transaction));
    record(transaction, actor, 'group.deleted', null, { groupId: id, group: displayName });
  });

async function lockGroup(em: EntityManager, id: string): Promise<GroupAttributes & { version: number }> {
  if (!isUuid(id)) throw new NotFound('group');
  const { rows } = await sql<GroupAttributes & { version: number }>`
    select display_name as "displayName", external_id as "externalId", version
    from directory_groups where id = ${id} for update`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('group');
  return rows[0];
}

async function refuseTakenId(em: EntityManager, id: string, externalId: string | null) {
  const { rows } = await sql`
    select from directory_groups where folded(external_id) = folded(${externalId}) and id <> ${id}`.execute(
    sqlOf(em),
  );
  if (rows.length > 0) throw externalIdTaken();
}

/** Returns how many came or went. Each is in the audit trail, because a group can give a role. */
async function changeMembers(
  em: EntityManager,
  actor: Actor,
  { id, displayName }: { id: string; displayName: string },
  { onlyAdded, added, removed }: MembersChange,
): Promise<number> {
  const [coming, going] = [[...added], [...removed].filter(isUuid)];
  if (!onlyAdded && coming.length + going.length === 0) return 0;
  const goes = onlyAdded
    ? sql`account_id <> all(${coming}::uuid[])`
    : sql`account_id = any(${going}::uuid[])`;
  await lockPeople(
    em,
    coming,
    sql`select account_id from directory_group_members where group_id = ${id} and ${goes}`,
  );
  await lockAccounts(em, coming);
  const { rows } = await sql<{ moved: number }>`
    with gone as (delete from directory_group_members where group_id = ${id} and ${goes} returning account_id),
    come as (
      insert into directory_group_members (group_id, account_id)
      select ${id}::uuid, account_id from unnest(${coming}::uuid[]) account_id
      on conflict do nothing returning account_id),
    moved as (
      select account_id, 'group.member_removed' as action from gone
      union all select account_id, 'group.member_added' from come),
    entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}, moved.action, a.user_id, jsonb_build_object('groupId', ${id}::text, 'group', ${displayName}::text)
      from moved join directory_accounts a on a.id = moved.account_id)
    select count(*)::int as moved from moved`.execute(sqlOf(em));
  return rows[0]!.moved;
}

/**
 * Locks the people who come and go, because a call about one of them locks the person before the account and its
 * memberships, and the audit entries of this call need the person too.
 */
async function lockPeople(
  em: EntityManager,
  coming: readonly string[],
  going: RawBuilder<unknown>,
): Promise<void> {
  await sql`
    select id from users where id in (
      select user_id from directory_accounts where id = any(${coming.filter(isUuid)}::uuid[]) or id in (${going}))
    order by id for key share`.execute(sqlOf(em));
}

/** Locks the accounts that come in, so that none is deleted meanwhile. Throws InvalidInput for one that is unknown. */
async function lockAccounts(em: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set<string>();
  const { rows } = await sql<{ id: string }>`
    select id from directory_accounts where id = any(${ids.filter(isUuid)}::uuid[]) and hidden_at is null
    order by id for share`.execute(sqlOf(em));
  for (const { id } of rows) known.add(id);
  const unknown = ids.find((id) => !known.has(id.toLowerCase()));
  if (unknown !== undefined) {
    throw new InvalidInput({ members: `members: There's no user with the ID ${unknown.slice(0, 100)}.` });
  }
}

function cleaned({ displayName, externalId }: GroupAttributes): GroupAttributes {
  const [name, id] = [cleanText(displayName, 'line'), cleanText(externalId ?? '', 'identifier')];
  const problems: Record<string, string> = {};
  if ('problem' in name) problems.displayName = `displayName: ${name.problem}`;
  else if (name.text === '') problems.displayName = 'displayName: Enter a name.';
  else if (name.text.length > longest)
    problems.displayName = `displayName: Use at most ${longest} characters.`;
  if ('problem' in id) problems.externalId = `externalId: ${id.problem}`;
  else if (id.text.length > longest) problems.externalId = `externalId: Use at most ${longest} characters.`;
  if (Object.keys(problems).length > 0) throw new InvalidInput(problems);
  return { displayName: (name as { text: string }).text, externalId: (id as { text: string }).text || null };
}

const externalIdTaken = () => new AccountConflict('Another group has this externalId.');
