import { sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import type { Sort } from '../../domain/sorting.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { isInactive } from '../access/has-access.ts';
import { personWithEmail, personWithExternalId } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { contains } from '../core/search.ts';
import { bestHits, type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';

/** One row of the list of people. */
export interface ListedUser {
  id: number;
  name: string;
  email: string | null;
  externalId: string | null;
  department: string | null;
  jobTitle: string | null;
  managerId: number | null;
  managerName: string | null;
  endDate: string | null;
  status: UserStatus;
  /** A directory ended their access. */
  isInactive: boolean;
  role: Role;
}

/** The list's filter. Empty texts match everyone. */
export interface UserFilter {
  /** Part of a name, an email or an external id. */
  search: string;
  status: UserStatus | 'inactive-in-directory' | null;
  department: string;
}

/** What the list can be sorted by. */
export const userColumns = ['name', 'email', 'manager', 'end-date', 'status'] as const;
export type UserColumn = (typeof userColumns)[number];

/** The order of the list unless a column is chosen or something is searched. */
export const userOrder: Sort<UserColumn> = { column: 'name', backwards: false };

/**
 * One page of the people, without merged records, by one statement. Those are counted apart, because an index can then
 * count all people. Unless a column is chosen, the people are sorted by name, and a search shows whole values first, then
 * beginnings.
 */
export async function listUsers(
  em: EntityManager,
  { search, status, department }: UserFilter,
  page = 1,
  sort: Sort<UserColumn> | null = null,
): Promise<Page<ListedUser>> {
  const wanted = sql<boolean>`
    ${search === '' ? sql`true` : contains(searched, search)}
    and ${hasStatus(status)}
    and ${department === '' ? sql`true` : sql`u.department = ${department}`}`;
  const listed = { from: sql`users u`, id: sql`u.id`, wanted: sql`${wanted} and u.merged_into is null` };
  const { column, backwards } = sort ?? userOrder;
  const ids =
    search !== '' && sort === null
      ? bestHits(listed, searched, search, keys.name.value, page)
      : sortedPage(listed, keys[column], backwards, page);
  const { rows } = await sql<ListedUser & { total: number }>`
    with page as (${ids})
    select total, u.id, u.name, u.email, u.external_id as "externalId", u.department, u.job_title as "jobTitle",
      m.id as "managerId", m.name as "managerName", u.end_date as "endDate", u.status, ${isInactive('u')} as "isInactive", u.role
    from (
      select (select count(*) from users u where ${wanted})
        - (select count(*) from users u where ${wanted} and u.merged_into is not null) as total
    ) counted
    left join page on true
    left join users u on u.id = page.id
    left join users m on m.id = u.manager_id
    order by page.place`.execute(sqlOf(em));
  return pageOf(rows, page);
}

function hasStatus(status: UserFilter['status']) {
  if (status === null) return sql`true`;
  return status === 'inactive-in-directory' ? isInactive('u') : sql`u.status = ${status}`;
}

const keys: Record<UserColumn, SortKey> = {
  name: { value: sql`lower(u.name)` },
  email: { value: sql`lower(u.email)` },
  manager: {
    value: sql`lower(m.name)`,
    joins: sql`join users m on m.id = u.manager_id`,
    missing: sql`u.manager_id is null`,
  },
  'end-date': { value: sql`u.end_date` },
  // An index of the status itself would be taken for statements that look for a few active people.
  status: { value: sql`lower(u.status)` },
};

const searched = [sql`u.name`, sql`u.email`, sql`u.external_id`];

/** The departments that people are in, by name. */
export async function listDepartments(em: EntityManager): Promise<string[]> {
  const { rows } = await sql<{ department: string }>`${departments}`.execute(sqlOf(em));
  return rows.map((row) => row.department);
}

/**
 * SELECT of the departments. Uses a loose index scan, because reading all users for eight departments took longer than the
 * rest of the page.
 */
export const departments = sql`
  with recursive step as (
    select min(department) as department from users
    union all
    select (select min(u.department) from users u where u.department > step.department)
    from step where step.department is not null
  )
  select department from step where department is not null order by lower(department)`;

/** The people with exactly this external id, then with this email: none, one, or two. */
export async function peopleNamedExactly(
  em: EntityManager,
  text: string,
): Promise<{ id: number; name: string }[]> {
  const { rows } = await sql<{ id: number; name: string }>`
    select u.id, u.name
    from (values (1, ${personWithExternalId(text)}), (2, ${personWithEmail(text)})) named (place, id)
    join users u on u.id = named.id
    order by named.place`.execute(sqlOf(em));
  return rows;
}
