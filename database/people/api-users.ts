import { sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import type { EntityManager } from '../core/orm.ts';
import { type CursorPage, cursorPageOf } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';

/** A person as the API shows them, in the order of its fields: the hash of it is the tag of this state. */
export interface ApiUser {
  id: number;
  externalId: string | null;
  name: string;
  email: string;
  department: string | null;
  jobTitle: string | null;
  managerExternalId: string | null;
  startDate: CalendarDate | null;
  endDate: CalendarDate | null;
  timeZone: string | null;
  status: UserStatus;
  revision: number;
}

const represented = sql`
  select u.id, u.external_id as "externalId", u.name, u.email, u.department, u.job_title as "jobTitle",
    m.external_id as "managerExternalId", u.start_date as "startDate", u.end_date as "endDate",
    u.time_zone as "timeZone", u.status, u.revision
  from users u left join users m on m.id = u.manager_id`;

/** The person with this external id, by one statement; null when there is none. */
export async function readApiUser(em: EntityManager, externalId: string): Promise<ApiUser | null> {
  const { rows } = await sql<ApiUser>`
    ${represented} where u.external_id = ${externalId}`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Some people by id, those after `after`; with an external id only the one who has it. */
export async function listApiUsers(
  em: EntityManager,
  { externalId, after, limit }: { externalId?: string | undefined; after: number; limit: number },
): Promise<CursorPage<ApiUser>> {
  // PostgreSQL has no character for a zero byte, so nobody is called that.
  if (externalId?.includes('\0')) return { rows: [], next: null };
  const wanted = externalId === undefined ? sql`true` : sql`u.external_id = ${externalId}`;
  const { rows } = await sql<ApiUser>`
    ${represented} where u.id > ${after} and ${wanted} order by u.id limit ${limit + 1}`.execute(sqlOf(em));
  return cursorPageOf(rows, limit);
}

/** The same of a person at hand, also while a change of theirs is still to be written. */
export const representationOf = (user: User, managerExternalId: string | null): ApiUser => ({
  id: user.id,
  externalId: user.externalId ?? null,
  name: user.name,
  email: user.email,
  department: user.department ?? null,
  jobTitle: user.jobTitle ?? null,
  managerExternalId,
  startDate: user.startDate ?? null,
  endDate: user.endDate ?? null,
  timeZone: user.timeZone ?? null,
  status: user.status,
  revision: user.revision,
});
