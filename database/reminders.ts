import { sql } from 'kysely';
import { systemActor } from '../domain/actor.ts';
import { NotFound } from '../domain/failures.ts';
import { type DueMoment, momentsOf, nextOverdueMoment, type ReminderKind } from '../domain/reminders.ts';
import { type Change, changeAbout } from './change.ts';
import { openCountsOf } from './checklists.ts';
import { type Offboarding, Reminder } from './entities/index.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';
import { workspaceOf, zoneOf } from './workspace.ts';

/**
 * Makes the stored due moments fit the last day: moments of another date that have not fired are
 * skipped, those of this date are added. Of the moments already past, only the end of the last day
 * still fires: somebody has to hear that it is over.
 */
export async function rearmReminders(
  change: Change,
  offboarding: Offboarding,
  lastDay: { date: string; zone: string },
  now: Date,
): Promise<void> {
  const stored = await change.em.find(Reminder, { offboardingId: offboarding.id });
  const wanted = wantedMoments(stored, lastDay, now);
  for (const reminder of stored) {
    if (isWaiting(reminder) && !wanted.some(sameMomentAs(reminder))) reminder.skippedAt = now;
  }
  for (const moment of wanted) {
    const known = stored.find(sameMomentAs(moment));
    if (known === undefined) change.em.create(Reminder, { offboardingId: offboarding.id, ...moment });
    else if (known.firedAt == null) known.skippedAt = moment.skippedAt;
  }
}

/** A due moment that belongs to a last day; one that comes too late is skipped from the beginning. */
export interface WantedMoment extends DueMoment {
  skippedAt: Date | null;
}

/** The moments that belong to a last day, given those that are stored of the same offboarding. */
export function wantedMoments(
  stored: (DueMoment & { firedAt?: Date | null })[],
  { date, zone }: { date: string; zone: string },
  now: Date,
): WantedMoment[] {
  const wanted = momentsOf(date, zone);
  const wasSaidToBeOver = stored.some(
    (moment) => moment.kind === 'last_day_over' && moment.firedAt && wanted.some(sameMomentAs(moment)),
  );
  if (wasSaidToBeOver) wanted.push(nextOverdueMoment(date, zone, now));
  return wanted.map((moment) => ({ ...moment, skippedAt: comesTooLate(moment, now) ? now : null }));
}

/** Nothing more is due for an offboarding that is closed. */
export async function skipReminders(change: Change, offboardingId: number, now: Date): Promise<void> {
  await change.em.nativeUpdate(
    Reminder,
    { offboardingId, firedAt: null, skippedAt: null },
    { skippedAt: now },
  );
}

const isWaiting = (reminder: Reminder) => reminder.firedAt == null && reminder.skippedAt == null;
const sameMomentAs = (a: DueMoment) => (b: DueMoment) =>
  a.kind === b.kind && a.dueAt.getTime() === b.dueAt.getTime();
const comesTooLate = ({ kind, dueAt }: DueMoment, now: Date) => dueAt <= now && kind !== 'last_day_over';

/** A reminder that is still to come. */
export interface WaitingReminder {
  id: number;
  kind: ReminderKind;
  dueAt: Date;
}

/** The reminder of an offboarding that is due next; null when nothing more is to come. */
export async function nextReminder(
  em: EntityManager,
  offboardingId: number,
): Promise<WaitingReminder | null> {
  const { rows } = await sql<WaitingReminder>`
    select id, kind, due_at as "dueAt" from reminders
    where offboarding_id = ${offboardingId} and fired_at is null and skipped_at is null
    order by due_at, id limit 1`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/**
 * Fires a reminder, once: marks it and notifies people in one transaction. One that fired already, that the
 * date moved away from, or whose offboarding is closed, does nothing. After the last day the next one
 * follows.
 */
export async function fireReminder(em: EntityManager, reminderId: number, now = new Date()): Promise<void> {
  const { userId } = await offboardingOf(em, reminderId);
  await changeAbout(em, userId, systemActor, async (change) => {
    const reminder = await change.em.findOneOrFail(Reminder, { id: reminderId });
    if (!isWaiting(reminder) || change.offboarding?.id !== reminder.offboardingId) return;
    reminder.firedAt = now;
    await remindEverybody(change, reminder);
    if (isAfterLastDay(reminder) && change.user.endDate) {
      const zone = zoneOf(change.user, await workspaceOf(change.em));
      await arm(change.em, reminder.offboardingId, nextOverdueMoment(change.user.endDate, zone, now));
    }
  });
}

/** Adds a moment, or takes one up again that the date had moved away from. */
async function arm(em: EntityManager, offboardingId: number, { kind, dueAt }: DueMoment) {
  await sql`
    insert into reminders (offboarding_id, kind, due_at) values (${offboardingId}, ${kind}, ${dueAt})
    on conflict (offboarding_id, kind, due_at) do update set skipped_at = null`.execute(sqlOf(em));
}

async function offboardingOf(em: EntityManager, reminderId: number): Promise<{ userId: number }> {
  const { rows } = await sql<{ userId: number }>`
    select o.user_id as "userId" from reminders r join offboardings o on o.id = r.offboarding_id
    where r.id = ${reminderId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('reminder');
  return rows[0];
}

const isAfterLastDay = ({ kind }: DueMoment) => kind === 'last_day_over' || kind === 'overdue';

/**
 * Tells the leaver, their manager and the IT admins, each of them once and only who can still sign in. A
 * company without an IT admin has its admins told.
 */
async function remindEverybody({ em, user }: Change, { kind, offboardingId }: Reminder) {
  const counts = await openCountsOf(em, user.id);
  const details = { offboardingId, reminder: kind, endDate: user.endDate ?? null, ...counts };
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'offboarding_reminder', ${user.id}::int, ${JSON.stringify(details)}::jsonb
    from users
    where status = 'active' and (
      id = ${user.id} or id = ${user.managerId ?? null}::int or role = 'it-admin'
      or (role in ('admin', 'super-admin')
        and not exists (select from users where role = 'it-admin' and status = 'active'))
    ) order by id`.execute(sqlOf(em));
}
