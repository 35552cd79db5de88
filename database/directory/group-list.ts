import { type RawBuilder, sql } from 'kysely';
import type { GroupCondition } from '../../domain/directory/conditions.ts';
import type { Group } from '../../domain/directory/group.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { isId } from './account-filter.ts';

/** The most members on one page of groups. A page that would have more ends earlier, but has at least one group. */
const mostListedMembers = 20_000;

/** Which groups a list has. */
interface Wanted {
  conditions: readonly GroupCondition[];
  /** From 0. */
  offset: number;
  limit: number;
  withMembers: boolean;
}

type GroupRow = Omit<Group, 'members'>;

const columns = sql`g.id, g.display_name as "displayName", g.external_id as "externalId", g.version,
  g.created_at as "createdAt", g.changed_at as "changedAt"`;

/** The group with this id, with or without its members; null when there is none. */
export async function groupById(em: EntityManager, id: string, withMembers = true): Promise<Group | null> {
  const { rows } = await sql<GroupRow>`
    select ${columns} from directory_groups g where ${isId(sql`g.id`, id)}`.execute(sqlOf(em));
  const [group] = await withMembersOf(em, rows, withMembers);
  return group ?? null;
}

/** One page of groups in the order in which they came, and the number of all. */
export async function listGroups(
  em: EntityManager,
  { conditions, offset, limit, withMembers }: Wanted,
): Promise<{ total: number; groups: Group[] }> {
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions.map(conditionOf), sql` and `);
  const { rows } = await sql<GroupRow & { total: number; size: number }>`
    with wanted as (select * from directory_groups g where ${where}),
    page as (select * from wanted order by seq offset ${offset} limit ${limit})
    select counted.total, ${columns},
      ${withMembers ? sql`(select count(*)::int from directory_group_members m where m.group_id = g.id)` : sql`0`} as size
    from (select count(*)::int as total from wanted) counted left join page g on true
    order by g.seq`.execute(sqlOf(em));
  const page = rows.filter(({ id }) => id !== null);
  const shown = page.slice(0, shownCount(page.map(({ size }) => size)));
  const groups = shown.map(({ total: _total, size: _size, ...group }) => group);
  return { total: rows[0]!.total, groups: await withMembersOf(em, groups, withMembers) };
}

/** How many groups of these sizes a page shows. */
function shownCount(sizes: readonly number[]): number {
  let members = 0;
  const first = sizes.findIndex((size) => {
    members += size;
    return members > mostListedMembers;
  });
  return first === -1 ? sizes.length : Math.max(1, first);
}

/** The groups of each account, by name. */
export async function groupsOf(
  em: EntityManager,
  accountIds: readonly string[],
): Promise<Map<string, { id: string; displayName: string }[]>> {
  const { rows } = await sql<{ accountId: string; id: string; displayName: string }>`
    select m.account_id as "accountId", g.id, g.display_name as "displayName"
    from directory_group_members m join directory_groups g on g.id = m.group_id
    where m.account_id = any(${accountIds}::uuid[]) order by g.display_name, g.id`.execute(sqlOf(em));
  return Map.groupBy(rows, ({ accountId }) => accountId);
}

async function withMembersOf(em: EntityManager, groups: GroupRow[], withMembers: boolean): Promise<Group[]> {
  if (!withMembers || groups.length === 0) return groups.map((group) => ({ ...group, members: null }));
  const ids = groups.map(({ id }) => id);
  const { rows } = await sql<{ groupId: string; accounts: string[] }>`
    select group_id as "groupId", array_agg(account_id::text order by account_id) as accounts
    from directory_group_members where group_id = any(${ids}::uuid[]) group by group_id`.execute(sqlOf(em));
  const members = new Map(rows.map(({ groupId, accounts }) => [groupId, accounts]));
  return groups.map((group) => ({ ...group, members: members.get(group.id) ?? [] }));
}

function conditionOf({ attribute, value }: GroupCondition): RawBuilder<boolean> {
  switch (attribute) {
    case 'id':
      return isId(sql`g.id`, value);
    case 'displayName':
      return sql`folded(g.display_name) = folded(${value})`;
    case 'externalId':
      return sql`folded(g.external_id) = folded(${value})`;
    case 'member':
      return sql`g.id in (
        select m.group_id from directory_group_members m where ${isId(sql`m.account_id`, value)})`;
  }
}
