import { type DueMoment, momentsOf } from '../domain/reminders.ts';
import type { Change } from './change.ts';
import { type Offboarding, Reminder } from './entities/index.ts';

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
  const wanted = momentsOf(lastDay.date, lastDay.zone);
  const stored = await change.em.find(Reminder, { offboardingId: offboarding.id });
  for (const reminder of stored) {
    if (isWaiting(reminder) && !wanted.some(sameMomentAs(reminder))) reminder.skippedAt = now;
  }
  for (const moment of wanted) {
    const known = stored.find(sameMomentAs(moment));
    const skippedAt = comesTooLate(moment, now) ? now : null;
    if (known === undefined)
      change.em.create(Reminder, { offboardingId: offboarding.id, ...moment, skippedAt });
    else if (known.firedAt == null) known.skippedAt = skippedAt;
  }
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
