import { sql } from 'kysely';
import type { LastDay } from '../../domain/offboarding/reminders.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { reminderReschedule, reminderScheduleOf } from './reminder-schedule.ts';

/** Which leavers a change of the workspace's settings concerns: all, or those without a zone of their own. */
export type AffectedLeaver = 'everybody' | 'whoever has no zone';

/**
 * Locks the leavers concerned. Before the workspace's row, like everybody else: whoever plans moments has locked a
 * user when they read the settings.
 */
export async function lockLeavers(em: EntityManager, concerned: AffectedLeaver): Promise<void> {
  await sql`
    select u.id from users u join offboardings o on o.user_id = u.id and o.state = 'open'
    where ${isConcerned(concerned)} order by u.id for update of u`.execute(sqlOf(em));
}

/**
 * Plans the moments of the leavers concerned anew after the settings have changed, which must be locked by then, and
 * lets the engine hear of it. Ten thousand leavers take as many statements as one.
 */
export async function rescheduleAllReminders(
  em: EntityManager,
  concerned: AffectedLeaver,
  now: Date,
): Promise<void> {
  // Also those who began to leave until the settings were locked.
  await lockLeavers(em, concerned);
  const leavers = await leaversConcerned(em, concerned);
  const arming = await reminderScheduleOf(
    em,
    leavers.map(({ userId }) => userId),
  );
  await sql`with ${reminderReschedule(leavers, arming, now)} select`.execute(sqlOf(em));
  await tellEngine(
    em,
    leavers.map(({ offboardingId }) => offboardingId),
  );
}

const isConcerned = (concerned: AffectedLeaver) =>
  concerned === 'everybody' ? sql`true` : sql`u.time_zone is null`;

async function leaversConcerned(em: EntityManager, concerned: AffectedLeaver) {
  const { rows } = await sql<{ userId: number; offboardingId: number } & LastDay>`
    select u.id as "userId", o.id as "offboardingId", coalesce(u.end_date, o.deactivated_on) as date,
      coalesce(u.time_zone, w.time_zone) as zone
    from users u join offboardings o on o.user_id = u.id and o.state = 'open' cross join workspace w
    where ${isConcerned(concerned)} and coalesce(u.end_date, o.deactivated_on) is not null
    order by u.id`.execute(sqlOf(em));
  return rows.map(({ userId, offboardingId, ...lastDay }) => ({ userId, offboardingId, lastDay }));
}

async function tellEngine(em: EntityManager, offboardingIds: readonly number[]) {
  await sql`
    with leaver as (
      update users u set revision = revision + 1 from offboardings o
      where o.user_id = u.id and o.id = any(${offboardingIds}::int[]) returning u.id, o.id as offboarding_id
    )
    insert into outbox (user_id, offboarding_id, facts)
    select id, offboarding_id, array['lastDay'] from leaver order by id`.execute(sqlOf(em));
}
