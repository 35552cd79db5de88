import { sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { personWithExternalId } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { type CursorPage, cursorPageOf } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';

/** A person as the API shows them. The order of the fields matters, because the ETag is a hash of the JSON. */
export interface ApiUser {
  id: number;
  externalId: string | null;
  name: string;
  email: string | null;
  department: string | null;
  jobTitle: string | null;
  managerExternalId: string | null;
  startDate: CalendarDate | null;
  endDate: CalendarDate | null;
  timeZone: string | null;
  status: UserStatus;
  revision: number;
}

const selectUsers = sql`
  select u.id, u.external_id as "externalId", u.name, u.email, u.department, u.job_title as "jobTitle",
    m.external_id as "managerExternalId", u.start_date as "startDate", u.end_date as "endDate",
    u.time_zone as "timeZone", u.status, u.revision
  from users u left join users m on m.id = u.manager_id`;

/** The person with this external id, also of a merged record; null when there is none. */
export async function readApiUser(em: EntityManager, externalId: string): Promise<ApiUser | null> {
  const { rows } = await sql<ApiUser>`
    ${selectUsers} where u.id = ${personWithExternalId(externalId)}`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Which people a list has: with an id or an external id at most one. */
interface Wanted {
  id?: number | undefined;
  externalId?: string | undefined;
}

/** One page of people by id, after the id `after`. The id of a merged record finds the person that it was merged into. */
export async function listApiUsers(
  em: EntityManager,
  { id, externalId, after, limit }: Wanted & { after: number; limit: number },
): Promise<CursorPage<ApiUser>> {
  const withId =
    id === undefined ? sql`true` : sql`u.id = (select coalesce(merged_into, id) from users where id = ${id})`;
  const withExternalId =
    externalId === undefined ? sql`true` : sql`u.id = ${personWithExternalId(externalId)}`;
  const { rows } = await sql<ApiUser>`
    ${selectUsers} where u.merged_into is null and u.id > ${after} and ${withId} and ${withExternalId}
    order by u.id limit ${limit + 1}`.execute(sqlOf(em));
  return cursorPageOf(rows, limit);
}

/** Builds an `ApiUser` from an entity, which may hold changes that are not flushed yet. */
export const toApiUser = (user: User, managerExternalId: string | null): ApiUser => ({
  id: user.id,
  externalId: user.externalId ?? null,
  name: user.name,
  email: user.email ?? null,
  department: user.department ?? null,
  jobTitle: user.jobTitle ?? null,
  managerExternalId,
  startDate: user.startDate ?? null,
  endDate: user.endDate ?? null,
  timeZone: user.timeZone ?? null,
  status: user.status,
  revision: user.revision,
});
