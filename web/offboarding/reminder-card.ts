import type { ChecklistPage } from '../../database/offboarding/checklist-page.ts';
import type { ReminderHistory, ShownReminder } from '../../database/offboarding/reminder-history.ts';
import { mailOutcomes } from '../../domain/mail/mails.ts';
import { skipReasons } from '../../domain/offboarding/reminders.ts';
import { maySignIn } from '../../domain/user-status.ts';
import { openWords } from '../../domain/wording/leaving.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** A reminder in words. */
interface CardReminder {
  title: string;
  /** Who sent it by hand; null for one that went out by itself. */
  by: string | null;
  /** When it is due, was sent, or would have been due. */
  at: string;
  /** Why it is never sent. */
  reason: string | null;
}

/** The reminders on a person's checklist: planned, sent, and skipped. A closed offboarding lists only those sent. */
export interface ReminderCard {
  /** Says who is reminded, or why no one is. */
  lead: string;
  coming: CardReminder[];
  sent: CardReminder[];
  never: CardReminder[];
  mails: {
    receiverId: number;
    receiver: string;
    isGivenUp: boolean;
    nextTryAt: string;
    /** How the last attempt ended. */
    reason: string | null;
    /** The mail's id when it can be sent again. */
    replayId: number | null;
  }[];
}

/** The card's data. `mailIsOn`: whether a mail server is configured. */
export function reminderCard(
  history: ReminderHistory,
  leaver: ChecklistPage,
  mailIsOn: boolean,
): ReminderCard {
  const { reminders, byHand, state } = history;
  const describe = (reminder: ShownReminder) => described(reminder, leaver);
  const sent = [
    ...reminders.filter(({ firedAt }) => firedAt).map(describe),
    ...byHand.map(({ at, by, byName }) => ({ title: 'Sent', by: actorLabel(by, byName), at, reason: null })),
  ];
  return {
    lead: leadOf(history, leaver),
    coming: reminders.filter(({ firedAt, skippedAt }) => !firedAt && !skippedAt).map(describe),
    sent: sent.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)),
    never:
      state === 'open'
        ? reminders.filter(({ firedAt, skippedAt }) => !firedAt && skippedAt).map(describe)
        : [],
    mails: history.mails.map(({ id, receiverId, receiver, state, outcome, nextTryAt }) => ({
      receiverId,
      receiver,
      isGivenUp: state === 'failed',
      replayId: state === 'failed' && mailIsOn ? id : null,
      nextTryAt,
      reason: outcome === null ? null : mailOutcomes[outcome],
    })),
  };
}

function leadOf({ state, readyToldAt }: ReminderHistory, leaver: ChecklistPage): string {
  if (state !== 'open') return `${helpers.words(state)}. No more reminders.`;
  const { hardware, seats, requests } = leaver;
  const open = openWords({ hardware: hardware.length, software: seats.length, requests: requests.length });
  if (open === '') {
    return readyToldAt
      ? 'Nothing is open, so no reminders go out. IT admins were notified that this is ready to finalize.'
      : 'Nothing is open, so no reminders go out. After the last day, IT admins get a notice that this is ready to finalize.';
  }
  const receivers = [
    hardware.length > 0 && maySignIn(leaver) && leaver.email ? leaver.name : null,
    leaver.manager,
    'IT admins',
  ].filter((name) => name !== null);
  const last = receivers.pop();
  return `Sent to ${receivers.length > 0 ? `${receivers.join(', ')} and ` : ''}${last} while anything is open.`;
}

function described(reminder: ShownReminder, { endDate }: ChecklistPage): CardReminder {
  const { firedAt, skipReason, lastDay, dueAt } = reminder;
  const another = lastDay !== endDate ? `, ${helpers.date(lastDay)}` : '';
  return {
    title: reminderTitle(reminder) + another,
    by: null,
    at: firedAt ?? dueAt,
    reason: firedAt || skipReason === null ? null : skipReasons[skipReason],
  };
}

/** Which reminder it is: `7 days before the last day`. */
export function reminderTitle({ kind, days }: Pick<ShownReminder, 'kind' | 'days'>): string {
  if (kind === 'last_day_over') return 'End of the last day';
  if (kind === 'overdue') return `${helpers.plural(days, 'day')} after the last day`;
  return days === 0 ? 'Morning of the last day' : `${helpers.plural(days, 'day')} before the last day`;
}
