import type { Actor } from '../../domain/actor.ts';
import type { CalendarDate } from '../../domain/dates.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { publish } from '../core/webhook-events.ts';
import { todayOf, workspaceOf } from '../core/workspace.ts';
import { Offboarding } from '../entities/index.ts';
import { skipReminders } from './reminder-schedule.ts';
import { rescheduleRemindersOf } from './reminders.ts';

/**
 * Sets, moves or (with null) clears a person's end date. Setting it opens an offboarding where none is open, and moving
 * it reschedules the reminders. Clearing it cancels the offboarding, unless the person is marked offboarded. An equal
 * date changes nothing. Throws Refusal after completion, and InvalidInput for a date before the start date.
 */
export const setEndDate = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  endDate: CalendarDate | null,
  now = new Date(),
): Promise<void> => changeAbout(em, userId, actor, (change) => changeEndDate(change, endDate, now));

/** Like `setEndDate`, within a larger change. */
export async function changeEndDate(change: Change, endDate: CalendarDate | null, now: Date): Promise<void> {
  const { user } = change;
  const from = user.endDate ?? null;
  if (from === endDate) return;
  if (user.offboardingCompletedAt) throw alreadyOffboarded();
  if (endDate !== null && user.startDate && endDate < user.startDate) {
    throw new InvalidInput({ endDate: `The end date is before the start date, ${user.startDate}.` });
  }
  user.endDate = endDate;
  change.record('user.end_date_changed', { from, to: endDate });
  change.changed('lastDay');
  if (endDate !== null) await applyNewDate(change, from, now);
  else if (user.status === 'offboarded') await applyClearedDate(change, from, now);
  else cancelOpenOffboarding(change, now);
}

async function applyNewDate(change: Change, from: CalendarDate | null, now: Date) {
  const { offboarding } = change;
  if (offboarding !== null) {
    publishMove(change, offboarding, from, now);
    Object.assign(offboarding, { readyToldAt: null, openedForCompletionAt: null, openedByDirectory: false });
  }
  await rescheduleRemindersOf(change, offboarding ?? (await openOffboarding(change)), now);
}

async function applyClearedDate(change: Change, from: CalendarDate | null, now: Date) {
  const { offboarding } = change;
  await applyDeactivation(change, now);
  if (offboarding !== null) publishMove(change, offboarding, from, now);
}

const publishMove = (change: Change, offboarding: Offboarding, from: CalendarDate | null, at: Date) =>
  publish(change, {
    type: 'offboarding.end_date_changed',
    offboarding,
    at,
    more: { previousEndDate: from },
  });

/** Reschedules the reminders after a change of the time zone, because the same date then ends at another time. */
export async function applyZoneChange(change: Change, now: Date): Promise<void> {
  if (change.offboarding === null) return;
  await rescheduleRemindersOf(change, change.offboarding, now);
  change.changed('lastDay');
}

/**
 * Opens an offboarding for a person who is marked offboarded. Without an end date, today becomes their last day, so that
 * reminders for their open items still fire. An end date that is set later replaces it.
 */
export async function applyDeactivation(change: Change, now: Date): Promise<void> {
  const { user, em } = change;
  const offboarding = change.offboarding ?? (await openOffboarding(change));
  Object.assign(offboarding, { openedForCompletionAt: null, openedByDirectory: false });
  if (user.endDate) return;
  offboarding.deactivatedOn ??= todayOf(user, await workspaceOf(em), now);
  await rescheduleRemindersOf(change, offboarding, now);
}

/** Opens an offboarding for a person who has none open. Throws Refusal after completion. */
export async function openOffboarding(
  change: Change,
  more: Pick<Partial<Offboarding>, 'openedForCompletionAt'> = {},
): Promise<Offboarding> {
  const { user, actor } = change;
  if (user.offboardingCompletedAt) throw alreadyOffboarded();
  const offboarding = change.em.create(Offboarding, { userId: user.id, openedBy: actor, ...more });
  // One fact is enough, because a new workflow reads all open items itself.
  change.changed('lastDay');
  await change.em.flush();
  change.offboarding = offboarding;
  change.record('offboarding.opened', { offboardingId: offboarding.id });
  publish(change, { type: 'offboarding.started', offboarding, at: offboarding.openedAt });
  return offboarding;
}

/**
 * Cancels a person's open offboarding and clears their end date. Throws Refusal when none is open, and while the person
 * is marked offboarded, because their open items must come back.
 */
export const cancelOffboarding = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  now = new Date(),
): Promise<void> =>
  changeAbout(em, userId, actor, async (change) => {
    if (change.user.offboardingCompletedAt) throw alreadyOffboarded();
    if (change.offboarding === null) {
      throw new Refusal('nothing-to-cancel', 'This person has no open offboarding.');
    }
    if (change.user.status === 'offboarded') throw markedOffboarded();
    if (change.user.endDate) await changeEndDate(change, null, now);
    else cancelOpenOffboarding(change, now);
  });

/** Closes the open offboarding, if any, without completing it. The audit entry states the cause, if there is one. */
export function cancelOpenOffboarding(change: Change, now: Date, cause?: 'merged'): void {
  const { offboarding } = change;
  if (offboarding === null) return;
  const closing = { state: 'cancelled', closedAt: now, cancelledBy: change.actor, failedStep: null } as const;
  change.em.assign(offboarding, closing);
  skipReminders(change, offboarding.id, 'cancelled', now);
  change.record('offboarding.cancelled', { offboardingId: offboarding.id, ...(cause && { cause }) });
  change.changed('lastDay');
  publish(change, { type: 'offboarding.cancelled', offboarding, at: now });
}

const markedOffboarded = () =>
  new Refusal(
    'marked-offboarded',
    'This person is marked offboarded. Make them active again to cancel their offboarding.',
  );

export const alreadyOffboarded = () =>
  new Refusal(
    'already-offboarded',
    "This person is offboarded, which can't be undone. Rehiring isn't supported yet.",
  );
