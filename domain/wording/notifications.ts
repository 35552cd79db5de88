import type { AuditDetails } from '../audit.ts';
import { type CalendarDate, isCalendarDate } from '../dates.ts';
import { type MailOutcome, mailOutcomes } from '../mail/mails.ts';
import type { OpenCounts } from '../offboarding/checklist.ts';
import { stepWords } from '../offboarding/failed-steps.ts';
import { dueWords } from '../offboarding/queue.ts';
import { disablingReasons } from '../webhooks/health.ts';
import { ownerRemovedWords, waitingOverWords } from './handling.ts';
import { importResultWords } from './import-results.ts';
import { leavingWords, openWords, ownLeavingWords } from './leaving.ts';
import { dateWords } from './times.ts';

/** `notifications.kind`. */
export type NotificationKind =
  | 'offboarding_completed'
  | 'offboarding_reminder'
  | 'offboarding_ready'
  | 'waiting_over'
  | 'owner_removed'
  | 'tokens_ended'
  | 'token_limited'
  | 'directory_limited'
  | 'directory_last_super_admin'
  | 'directory_question'
  | 'webhook_failed'
  | 'webhook_disabled'
  | 'offboarding_stuck'
  | 'mail_failed'
  | 'import_ended';

/** Whether a super-admin decides about it on the page of the directory. */
export const isAboutDirectory = (kind: NotificationKind): boolean => kind.startsWith('directory_');

/** The facts that the text of a notification needs. */
export interface NotificationFacts {
  kind: NotificationKind;
  /** The name of the person it is about. */
  about: string | null;
  /** Whether the reader is that person. */
  own: boolean;
  details: AuditDetails;
}

/**
 * The text of a notification, in the console and in a mail. `today` is for reminders, which count the days when they
 * are shown; a mail has its own words for them.
 */
export function notificationText(
  { kind, about: name, own, details }: NotificationFacts,
  today?: CalendarDate,
): string {
  const about = name ?? 'someone';
  switch (kind) {
    case 'offboarding_completed':
      return `${about}'s offboarding is complete.`;
    case 'offboarding_reminder':
      return own ? ownReminder(details, today) : reminder(about, details, today);
    case 'offboarding_ready':
      return `${about}'s offboarding is all clear and ready to finalize.`;
    case 'waiting_over':
      return waitingOverWords(about, details);
    case 'owner_removed':
      return ownerRemovedWords(about, details);
    case 'tokens_ended':
      return `API tokens created by ${about} were revoked: ${listed(details.tokens)}. Anything using them stopped working.`;
    case 'token_limited':
      return `The API token “${details.token}” reached its hourly limit, so its calls are refused. Review them under API tokens, then let the token continue if they're correct.`;
    case 'directory_limited':
      return 'The directory deactivated more people than the limit allows. They were signed out; their offboardings wait for your confirmation.';
    case 'directory_last_super_admin':
      return `The directory deactivated ${about}, the last super admin. They keep access until someone else becomes a super admin.`;
    case 'directory_question':
      return details.question === 'address'
        ? `The directory has another email for ${about}. Because they have a role, someone must confirm it.`
        : "The directory sent someone who may already be here. Choose who it is; until then they aren't linked.";
    case 'webhook_failed':
      return `A webhook${name ? ` about ${name}` : ''} couldn't be delivered${details.url ? ` to ${details.url}` : ''}.`;
    case 'webhook_disabled':
      return `Webhooks to ${details.url} are disabled: ${disablingReasons[details.reason === 'gone' ? 'gone' : 'failing']}.`;
    case 'offboarding_stuck':
      return `${about}'s offboarding needs attention: a step failed (${stepWords(String(details.step ?? 'unknown'))}).`;
    case 'mail_failed':
      return `An email to ${about} couldn't be sent. ${outcomeWords(details.outcome)}`;
    case 'import_ended':
      return importResultWords(details);
  }
}

function reminder(about: string, details: AuditDetails, today?: CalendarDate): string {
  const open = openWords(countsOf(details));
  return `${about} ${lastDayWords(leavingWords, details, today) ?? 'is leaving'}.${open ? ` Still open: ${open}.` : ''}`;
}

function ownReminder(details: AuditDetails, today?: CalendarDate): string {
  const { hardware } = countsOf(details);
  const devices = openWords({ hardware, software: 0, requests: 0 });
  return `${lastDayWords(ownLeavingWords, details, today) ?? "You're leaving"}.${devices ? ` Please return: ${devices}.` : ''}`;
}

/** The last day in words, and how far it is from today: `leaves on 8 Dec 2026 (in 7 days)`. */
function lastDayWords(
  words: (lastDay: string, isOver: boolean) => string,
  { endDate }: AuditDetails,
  today?: CalendarDate,
): string | null {
  if (typeof endDate !== 'string' || !isCalendarDate(endDate)) return null;
  if (today === undefined) return words(dateWords(endDate), false);
  return `${words(dateWords(endDate), endDate < today)} (${dueWords(endDate, today)})`;
}

const countsOf = ({ hardware, software, requests }: AuditDetails): OpenCounts => ({
  hardware: Number(hardware ?? 0),
  software: Number(software ?? 0),
  requests: Number(requests ?? 0),
});

const listed = (value: AuditDetails[string] | undefined) => (Array.isArray(value) ? value.join(', ') : '');

const outcomeWords = (outcome: unknown) => {
  const words = mailOutcomes[outcome as MailOutcome];
  return words === undefined ? '' : `${words}.`;
};
