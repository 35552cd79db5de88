import { sql } from 'kysely';
import { systemActor } from '../../domain/actor.ts';
import { daysBetween, todayIn } from '../../domain/dates.ts';
import { type OpenCounts, stillOpen } from '../../domain/offboarding/checklist.ts';
import { isWaiting, nextOverdueReminder, outcomeAt } from '../../domain/offboarding/reminders.ts';
import type { DueReminder } from '../../domain/offboarding/snapshot.ts';
import { hasAccess } from '../access/has-access.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import { openCountsOf } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { type Offboarding, Reminder } from '../entities/index.ts';
import { itAdmins } from './it-admins.ts';
import { nextReminderOf } from './next-reminder.ts';
import {
  readScheduleSettings,
  rescheduleReminders,
  type ScheduleSettings,
  scheduleReminders,
} from './reminder-schedule.ts';

/**
 * Reschedules the reminders by the person's last day: the end date, or the day they were marked offboarded without one.
 * Does nothing for a person without either.
 */
export async function rescheduleRemindersOf(
  change: Change,
  offboarding: Offboarding,
  now: Date,
): Promise<void> {
  const { user } = change;
  const date = user.endDate ?? offboarding.deactivatedOn;
  if (date) await rescheduleReminders(change, offboarding.id, { date, zone: user.timeZone ?? null }, now);
}

/** The reminder of an offboarding that is due next; null when nothing more is to come. */
export async function nextReminder(em: EntityManager, offboardingId: number): Promise<DueReminder | null> {
  const { rows } = await sql<{ next: DueReminder | null }>`
    select ${nextReminderOf(sql`${offboardingId}`)} as next`.execute(sqlOf(em));
  return rows[0]!.next;
}

/** Accepts a reminder this early, because the clocks of two machines differ. */
const toleranceMs = 60_000;

/**
 * Fires a due reminder once: marks it and notifies people in one transaction. Does nothing if the reminder already
 * fired, was replaced, was rescheduled, or its offboarding is closed. After the last day it schedules the next one.
 */
export async function fireReminder(em: EntityManager, reminderId: number, now = new Date()): Promise<void> {
  const userId = await userOfReminder(em, reminderId);
  if (userId === null) return;
  await changeAbout(em, userId, systemActor, async (change) => {
    const reminder = await change.em.findOne(Reminder, { id: reminderId });
    const { offboarding } = change;
    if (reminder === null || !isWaiting(reminder)) return;
    if (offboarding === null || offboarding.id !== reminder.offboardingId) return;
    if (reminder.dueAt.getTime() > now.getTime() + toleranceMs) return;
    await fire(change, offboarding, reminder, now);
  });
}

async function userOfReminder(em: EntityManager, reminderId: number): Promise<number | null> {
  const { rows } = await sql<{ userId: number }>`
    select o.user_id as "userId" from reminders r join offboardings o on o.id = r.offboarding_id
    where r.id = ${reminderId}`.execute(sqlOf(em));
  return rows[0]?.userId ?? null;
}

async function fire(change: Change, offboarding: Offboarding, reminder: Reminder, now: Date) {
  const settings = await readScheduleSettings(change.em);
  const zone = change.user.timeZone ?? settings.timeZone;
  const daysLeft = daysBetween(todayIn(zone, now), reminder.lastDay);
  // After the last day, the reminder for the end of that day replaces this one.
  if (reminder.kind === 'before_last_day' && daysLeft < 0) return skip(reminder, 'too_late', now);
  const counts = await openCountsOf(change.em, change.user.id);
  const outcome = outcomeAt(reminder.kind, stillOpen(counts), offboarding.readyToldAt != null);
  if (outcome === 'nothing') skip(reminder, 'nothing_open', now);
  else reminder.firedAt = now;
  if (outcome === 'still_open') {
    offboarding.readyToldAt = null;
    await notifyStillOpen(change, reminder, counts);
  }
  if (outcome === 'ready') {
    offboarding.readyToldAt = now;
    await notifyReady(change, reminder);
  }
  if (reminder.kind !== 'before_last_day')
    await scheduleNextOverdue(change, reminder, { settings, zone, now });
}

function skip(reminder: Reminder, reason: 'too_late' | 'nothing_open', now: Date) {
  Object.assign(reminder, { skippedAt: now, skipReason: reason });
}

/**
 * Schedules the next overdue reminder. Deletes the current one if it notified nobody, so that a checklist which stays
 * clear for months leaves no rows.
 */
async function scheduleNextOverdue(
  { em }: Change,
  reminder: Reminder,
  { settings, zone, now }: { settings: ScheduleSettings; zone: string; now: Date },
) {
  await em.flush();
  if (reminder.kind === 'overdue' && reminder.firedAt == null) {
    await sql`delete from reminders where id = ${reminder.id}`.execute(sqlOf(em));
  }
  const next = nextOverdueReminder({ date: reminder.lastDay, zone }, settings, now, reminder.days);
  await scheduleReminders(em, reminder, next, now);
}

/** Notifies the manager, the IT admins, and a leaver who still has hardware. Each active user gets one notification. */
export async function notifyStillOpen(
  { em, user }: Change,
  { kind, days, lastDay, offboardingId }: Pick<Reminder, 'kind' | 'days' | 'lastDay' | 'offboardingId'>,
  counts: OpenCounts,
) {
  const details = { offboardingId, reminder: kind, days, endDate: lastDay, ...counts };
  // Finds those who may be recipients by indexes first. Otherwise PostgreSQL reads everybody for each reminder.
  await sql`
    with candidate as materialized (
      select id, role, status, directory_inactive from users where id in (${user.id}, ${user.managerId ?? null}::int)
      union
      select id, role, status, directory_inactive from users where role in ('it-admin', 'admin', 'super-admin')
    )
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'offboarding_reminder', ${user.id}::int, ${JSON.stringify(details)}::jsonb
    from candidate
    where ${hasAccess} and case when id = ${user.id} then ${counts.hardware} > 0
      else id = ${user.managerId ?? null}::int or ${itAdmins(user.id)} end
    order by id`.execute(sqlOf(em));
}

/** Notifies the IT admins that nothing is open. */
async function notifyReady({ em, user }: Change, { lastDay, offboardingId }: Reminder) {
  const details = { offboardingId, endDate: lastDay };
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'offboarding_ready', ${user.id}::int, ${JSON.stringify(details)}::jsonb
    from users where ${hasAccess} and id <> ${user.id} and ${itAdmins(user.id)} order by id`.execute(
    sqlOf(em),
  );
}
