import { type RawBuilder, sql } from 'kysely';
import type { Role } from '../domain/permissions.ts';
import type { UserStatus } from '../domain/user-status.ts';
import { containing } from './containing.ts';
import { type Listing, offsetOf, pageSize } from './listing.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** One line of the list of people. */
export interface ListedUser {
  id: number;
  name: string;
  email: string;
  externalId: string | null;
  department: string | null;
  jobTitle: string | null;
  managerId: number | null;
  managerName: string | null;
  endDate: string | null;
  status: UserStatus;
  role: Role;
}

/** What the list is narrowed to; empty texts find everybody. */
export interface UserFilter {
  /** Part of a name, an e-mail address or an external id. */
  search: string;
  status: UserStatus | null;
  department: string;
}

/** One page of the people, by name, by one statement. */
export async function listUsers(
  em: EntityManager,
  { search, status, department }: UserFilter,
  page = 1,
): Promise<Listing<ListedUser>> {
  const wanted = sql<boolean>`
    ${search === '' ? sql`true` : matches(search)}
    and ${status === null ? sql`true` : sql`u.status = ${status}`}
    and ${department === '' ? sql`true` : sql`u.department = ${department}`}`;
  const { rows } = await sql<Partial<ListedUser> & { total: number }>`
    with page as (
      select u.id, u.name, u.email, u.external_id as "externalId", u.department, u.job_title as "jobTitle",
        m.id as "managerId", m.name as "managerName", u.end_date as "endDate", u.status, u.role
      from (
        select * from users u where ${wanted}
        order by lower(u.name), u.id limit ${pageSize} offset ${offsetOf(page)}
      ) u left join users m on m.id = u.manager_id
    )
    select total, page.* from (select count(*) as total from users u where ${wanted}) counted
    left join page on true
    order by lower(page.name), page.id`.execute(sqlOf(em));
  const total = rows[0]!.total;
  // A page without people is one row that has the total and nothing else.
  const people = rows.filter((row) => row.id !== null) as ListedUser[];
  return { rows: people, total, page, lastPage: Math.max(1, Math.ceil(total / pageSize)) };
}

/** Name, e-mail address or external id contain the text, whatever its case. */
function matches(search: string): RawBuilder<boolean> {
  const pattern = containing(search);
  return sql`(u.name ilike ${pattern} or u.email ilike ${pattern} or u.external_id ilike ${pattern})`;
}

/** The departments people are in, by name. */
export async function listDepartments(em: EntityManager): Promise<string[]> {
  const { rows } = await sql<{ department: string }>`
    select department from users where department is not null group by department order by lower(department)`.execute(
    sqlOf(em),
  );
  return rows.map((row) => row.department);
}

/** A person to choose, as a field offers them. */
export interface PersonToChoose {
  id: number;
  name: string;
  email: string;
  jobTitle: string | null;
  department: string | null;
}

/**
 * People who match a text and are not yet offboarded, best match first: whose e-mail address or external id it
 * is exactly, then whose name begins with it, then the others.
 */
export async function findPeople(em: EntityManager, search: string, limit = 10): Promise<PersonToChoose[]> {
  if (search === '') return [];
  const { rows } = await sql<PersonToChoose>`
    select u.id, u.name, u.email, u.job_title as "jobTitle", u.department from users u
    where ${matches(search)} and u.offboarding_completed_at is null
    order by ${isExactly(search)} desc, u.status = 'active' desc, starts_with(lower(u.name), lower(${search})) desc,
      lower(u.name), u.id
    limit ${limit}`.execute(sqlOf(em));
  return rows;
}

const isExactly = (text: string) =>
  sql<boolean>`(lower(u.email) = lower(${text}) or u.external_id is not distinct from ${text})`;
