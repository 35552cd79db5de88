import { sql } from 'kysely';
import type { DueReminder, LastDay, OffboardingSnapshot } from '../../domain/offboarding/snapshot.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { nextReminderOf } from './next-reminder.ts';

/** What one statement reads of an offboarding, all at one revision of the user. */
interface SnapshotRow extends Pick<OffboardingSnapshot, 'offboardingId' | 'userId' | 'department'> {
  revision: number;
  state: LastDay['state'];
  endDate: string | null;
  zone: string;
  hardware: number[];
  seats: number[];
  requests: number[];
  reminder: DueReminder | null;
}

/** The snapshot in the shape that workflows know, in which every part has its revision. */
export const toSnapshot = ({
  revision,
  state,
  endDate,
  zone,
  reminder,
  ...row
}: SnapshotRow): OffboardingSnapshot => ({
  offboardingId: row.offboardingId,
  userId: row.userId,
  department: row.department,
  lastDay: { date: endDate, zone, state, revision, reminder },
  hardware: { ids: row.hardware, revision },
  seats: { ids: row.seats, revision },
  requests: { ids: row.requests, revision },
});

/** Reads snapshots by one statement, so that sets and revision belong together. Unknown offboardings are left out. */
export async function readSnapshots(
  em: EntityManager,
  offboardingIds: readonly number[],
): Promise<OffboardingSnapshot[]> {
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
  return rows.map(toSnapshot);
}
