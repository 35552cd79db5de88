import { sql } from 'kysely';
import type { CalendarDate } from '../domain/dates.ts';
import type { UserStatus } from '../domain/user-status.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** A person as the API shows them, in the order of its fields. */
export interface RepresentedUser {
  id: number;
  externalId: string;
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

/** The person with this external id, by one statement; null when there is none. */
export async function representedUser(
  em: EntityManager,
  externalId: string,
): Promise<RepresentedUser | null> {
  const { rows } = await sql<RepresentedUser>`
    select u.id, u.external_id as "externalId", u.name, u.email, u.department, u.job_title as "jobTitle",
      m.external_id as "managerExternalId", u.start_date as "startDate", u.end_date as "endDate",
      u.time_zone as "timeZone", u.status, u.revision
    from users u left join users m on m.id = u.manager_id
    where u.external_id = ${externalId}`.execute(sqlOf(em));
  return rows[0] ?? null;
}
