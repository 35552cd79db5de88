import { sql } from 'kysely';
import type { LastDay } from '../../domain/offboarding/reminders.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { reminderReschedule, reminderScheduleOf } from './reminder-schedule.ts';

/** The leavers that a change of the workspace's settings affects. */
export type AffectedLeavers = 'all' | 'without-own-zone';

/**
 * Locks the affected leavers. Call it before the workspace's row is locked, because every other transaction locks users
 * first.
 */
export async function lockLeavers(em: EntityManager, affected: AffectedLeavers): Promise<void> {
  await sql`
    select u.id from users u join offboardings o on o.user_id = u.id and o.state = 'open'
    where ${isAffected(affected)} order by u.id for update of u`.execute(sqlOf(em));
}

/**
 * Reschedules the reminders of the affected leavers after a change of the settings, and signals their workflows. The
 * caller must have locked the settings. 10,000 leavers take as many statements as one.
 */
export async function rescheduleAllReminders(
  em: EntityManager,
  affected: AffectedLeavers,
  now: Date,
): Promise<void> {
  // Again, because offboardings may have opened before the settings were locked.
  await lockLeavers(em, affected);
  const leavers = await affectedLeavers(em, affected);
  const schedule = await reminderScheduleOf(
    em,
    leavers.map(({ userId }) => userId),
  );
  await sql`with ${reminderReschedule(leavers, schedule, now)} select`.execute(sqlOf(em));
  await insertOutboxRows(
    em,
    leavers.map(({ offboardingId }) => offboardingId),
  );
}

const isAffected = (affected: AffectedLeavers) => (affected === 'all' ? sql`true` : sql`u.time_zone is null`);

async function affectedLeavers(em: EntityManager, affected: AffectedLeavers) {
  const { rows } = await sql<{ userId: number; offboardingId: number } & LastDay>`
    select u.id as "userId", o.id as "offboardingId", coalesce(u.end_date, o.deactivated_on) as date,
      coalesce(u.time_zone, w.time_zone) as zone
    from users u join offboardings o on o.user_id = u.id and o.state = 'open' cross join workspace w
    where ${isAffected(affected)} and coalesce(u.end_date, o.deactivated_on) is not null
    order by u.id`.execute(sqlOf(em));
  return rows.map(({ userId, offboardingId, ...lastDay }) => ({ userId, offboardingId, lastDay }));
}

async function insertOutboxRows(em: EntityManager, offboardingIds: readonly number[]) {
  await sql`
    with leaver as (
      update users u set revision = revision + 1 from offboardings o
      where o.user_id = u.id and o.id = any(${offboardingIds}::int[]) returning u.id, o.id as offboarding_id
    )
    insert into outbox (user_id, offboarding_id, facts)
    select id, offboarding_id, array['lastDay'] from leaver order by id`.execute(sqlOf(em));
}
