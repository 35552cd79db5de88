import { sql } from 'kysely';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { openCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { OffboardingState } from '../entities/offboarding.ts';
import { type NextReminder, nextReminderOf } from './next-reminder.ts';

/** How much is open for one person, read by one statement. */
export async function openCountsOf(em: EntityManager, userId: number): Promise<OpenCounts> {
  const { rows } = await sql<OpenCounts>`select ${openCounts(userId)}`.execute(sqlOf(em));
  return rows[0]!;
}

/** The ids open for one offboarding's person, with what else their process follows, at one revision. */
export interface SnapshotRow {
  offboardingId: number;
  userId: number;
  department: string | null;
  revision: number;
  state: OffboardingState;
  endDate: string | null;
  zone: string;
  hardware: number[];
  seats: number[];
  requests: number[];
  /** The reminder that is due next; null when nothing more is to come. */
  reminder: NextReminder | null;
}

/** Reads whole pictures by one statement, so that sets and revision belong together; unknown ones are left out. */
export async function readSnapshots(
  em: EntityManager,
  offboardingIds: readonly number[],
): Promise<SnapshotRow[]> {
  const { rows } = await sql<SnapshotRow>`
    select
      o.id as "offboardingId", u.id as "userId", u.department, u.revision, o.state,
      u.end_date as "endDate", coalesce(u.time_zone, w.time_zone) as zone,
      array(select id from assignments where user_id = u.id and live order by id) as hardware,
      array(select id from seats where user_id = u.id and live order by id) as seats,
      array(select id from requests where user_id = u.id and live order by id) as requests,
      ${nextReminderOf(sql`o.id`)} as reminder
    from offboardings o
    join users u on u.id = o.user_id
    cross join workspace w
    where o.id = any(${offboardingIds}::int[])`.execute(sqlOf(em));
  return rows;
}
