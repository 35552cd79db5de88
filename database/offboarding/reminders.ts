import { sql } from 'kysely';
import { systemActor } from '../../domain/actor.ts';
import { daysBetween, todayIn } from '../../domain/dates.ts';
import { type OpenCounts, stillOpen } from '../../domain/offboarding/checklist.ts';
import { isWaiting, nextOverdueMoment, outcomeAt } from '../../domain/offboarding/reminders.ts';
import type { DueReminder } from '../../domain/offboarding-snapshot.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { type Offboarding, Reminder } from '../entities/index.ts';
import { nextReminderOf } from './next-reminder.ts';
import {
  readScheduleSettings,
  rescheduleReminders,
  type ScheduleSettings,
  scheduleReminders,
} from './reminder-schedule.ts';
import { openCountsOf } from './snapshots.ts';

/**
 * Makes the moments of the open offboarding fit the person's last day: their end date, or the day they were marked
 * offboarded without one. Of somebody without either nothing is due.
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

/** Clocks of two machines differ a little. */
const toleranceMs = 60_000;

/**
 * Fires a reminder that is due, once: marks it and notifies people in one transaction. One that fired already, that
 * has made place for the next, that is due later now, that the date moved away from, or whose offboarding is closed,
 * does nothing. After the last day the next one follows.
 */
export async function fireReminder(em: EntityManager, reminderId: number, now = new Date()): Promise<void> {
  const userId = await whoseReminder(em, reminderId);
  if (userId === null) return;
  await changeAbout(em, userId, systemActor, async (change) => {
    const reminder = await change.em.findOne(Reminder, { id: reminderId });
    const { offboarding } = change;
    if (reminder === null || !isWaiting(reminder)) return;
    if (offboarding === null || offboarding.id !== reminder.offboardingId) return;
    if (reminder.dueAt.getTime() > now.getTime() + toleranceMs) return;
    await haveItsTurn(change, offboarding, reminder, now);
  });
}

async function whoseReminder(em: EntityManager, reminderId: number): Promise<number | null> {
  const { rows } = await sql<{ userId: number }>`
    select o.user_id as "userId" from reminders r join offboardings o on o.id = r.offboarding_id
    where r.id = ${reminderId}`.execute(sqlOf(em));
  return rows[0]?.userId ?? null;
}

async function haveItsTurn(change: Change, offboarding: Offboarding, reminder: Reminder, now: Date) {
  const settings = await readScheduleSettings(change.em);
  const zone = change.user.timeZone ?? settings.timeZone;
  const daysLeft = daysBetween(todayIn(zone, now), reminder.lastDay);
  // The end of the last day says it, and says it better.
  if (reminder.kind === 'before_last_day' && daysLeft < 0) return skip(reminder, 'too_late', now);
  const counts = await openCountsOf(change.em, change.user.id);
  const news = outcomeAt(reminder.kind, stillOpen(counts), offboarding.readyToldAt != null);
  if (news === 'nothing') skip(reminder, 'nothing_open', now);
  else reminder.firedAt = now;
  if (news === 'still_open') {
    offboarding.readyToldAt = null;
    await remindEverybody(change, reminder, daysLeft, counts);
  }
  if (news === 'ready') {
    offboarding.readyToldAt = now;
    await tellReady(change, reminder);
  }
  if (reminder.kind !== 'before_last_day') await goOn(change, reminder, { settings, zone, now });
}

function skip(reminder: Reminder, reason: 'too_late' | 'nothing_open', now: Date) {
  Object.assign(reminder, { skippedAt: now, skipReason: reason });
}

/**
 * The next moment while overdue. One that had nothing to say makes place for it, so that a checklist which stays
 * clear for months leaves no trail of moments that said nothing.
 */
async function goOn(
  { em }: Change,
  reminder: Reminder,
  { settings, zone, now }: { settings: ScheduleSettings; zone: string; now: Date },
) {
  await em.flush();
  if (reminder.kind === 'overdue' && reminder.firedAt == null) {
    await sql`delete from reminders where id = ${reminder.id}`.execute(sqlOf(em));
  }
  const next = nextOverdueMoment({ date: reminder.lastDay, zone }, settings, now, reminder.days);
  await scheduleReminders(em, reminder, next, now);
}

/**
 * The IT admins who can sign in; a company without one has its admins told. Whoever leaves counts as none when it
 * is about themselves.
 */
const itAdmins = (leaverId: number) => sql<boolean>`(role = 'it-admin' or (role in ('admin', 'super-admin')
  and not exists (select from users where role = 'it-admin' and status = 'active' and id <> ${leaverId})))`;

/**
 * Tells the leaver who has something to give back, their manager and the IT admins, each of them once and only who
 * can still sign in.
 */
async function remindEverybody(
  { em, user }: Change,
  { kind, days, lastDay, offboardingId }: Reminder,
  daysLeft: number,
  counts: OpenCounts,
) {
  const details = { offboardingId, reminder: kind, days, endDate: lastDay, daysLeft, ...counts };
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'offboarding_reminder', ${user.id}::int, ${JSON.stringify(details)}::jsonb
    from users
    where status = 'active' and case when id = ${user.id} then ${counts.hardware} > 0
      else id = ${user.managerId ?? null}::int or ${itAdmins(user.id)} end
    order by id`.execute(sqlOf(em));
}

/** Tells the IT admins that nothing is left to clear. */
async function tellReady({ em, user }: Change, { lastDay, offboardingId }: Reminder) {
  const details = { offboardingId, endDate: lastDay };
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'offboarding_ready', ${user.id}::int, ${JSON.stringify(details)}::jsonb
    from users where status = 'active' and id <> ${user.id} and ${itAdmins(user.id)} order by id`.execute(
    sqlOf(em),
  );
}
