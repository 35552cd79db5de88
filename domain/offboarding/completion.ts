import type { CalendarDate } from '../dates.ts';
import type { OpenCounts } from './checklist.ts';

/** The result of a completion request. `by` is an actor; times are epoch milliseconds. */
export type CompleteAnswer = Completed | NotCompleted;

export interface Completed {
  outcome: 'completed';
  by: string;
  at: number;
}

/** The request completed nothing. */
export type NotCompleted =
  | { outcome: 'already-completed'; by: string; at: number }
  | { outcome: 'still-open'; counts: OpenCounts }
  | { outcome: 'cancelled'; by: string; at: number }
  /** A rule other than the checklist forbids it. */
  | { outcome: 'refused'; reason: CompletionObstacle };

/** The rules besides the checklist that can forbid a completion, with their messages. */
export const completionObstacles = {
  'not-allowed': "You can't complete offboardings. Ask an IT admin.",
  'own-completion': "You can't complete your own offboarding. Ask another admin.",
  'last-super-admin': 'This is the last super admin. Make someone else a super admin first.',
  'completed-by-hand':
    'This person was marked offboarded directly in the database. Close the offboarding there too.',
} as const;
export type CompletionObstacle = keyof typeof completionObstacles;

/** The end date that a completion sets when there is none: today in the leaver's zone, but not before the start date. */
export const endDateOnCompletion = (
  startDate: CalendarDate | null | undefined,
  today: CalendarDate,
): CalendarDate => (startDate && startDate > today ? startDate : today);

/** The result of retrying failed steps. A retried completion has the answer of a completion. */
export type RetryAnswer = CompleteAnswer | { outcome: 'recovered' | 'being-tried' | 'nothing-failed' };

/** The result of revoking a seat; only `revoked` means a change. */
export interface RevokeSeatAnswer {
  outcome: 'revoked' | 'already-revoked' | 'not-theirs';
}
