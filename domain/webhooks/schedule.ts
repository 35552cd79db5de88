import type { AttemptOutcome } from './attempts.ts';
import { type DeliveryState, testEventType, type WebhookEventType } from './webhooks.ts';

/** The delay before each attempt, in milliseconds. */
export type RetrySchedule = readonly number[];

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Ten attempts over about three days, the example schedule of Standard Webhooks 1.0. */
export const usualSchedule: RetrySchedule = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** The number of attempts at a delivery. A test has one, because the user waits for its result. */
export const maxAttempts = (type: WebhookEventType, schedule: RetrySchedule): number =>
  type === testEventType ? 1 : schedule.length;

/** The state of a delivery after attempt `number` of `attempts`. */
export function stateAfterTry(outcome: AttemptOutcome, number: number, attempts: number): DeliveryState {
  if (outcome === 'delivered') return 'delivered';
  if (outcome === 'gone') return 'disabled';
  return number < attempts ? 'pending' : 'failed';
}

const spread = 0.1;

/**
 * The time of the next attempt after attempt `number` failed, but not before the endpoint's `retryAt`. The jitter
 * spreads the retries after an outage. `random` is in [0, 1).
 */
export function nextTryAfter(
  number: number,
  schedule: RetrySchedule,
  now: Date,
  retryAt: Date | null = null,
  random = Math.random(),
): Date {
  const scheduled = now.getTime() + schedule[number]! * (1 + spread * (2 * random - 1));
  return new Date(Math.max(scheduled, retryAt?.getTime() ?? 0));
}

/** The longest delay that an endpoint can request, in milliseconds. */
const longestWait = 24 * hour;

/**
 * The time in a `Retry-After` header, given in seconds or as an HTTP date, at most a day from now. Null when the header
 * is missing, invalid or past.
 */
export function retryAfterTime(header: string | null, now: Date): Date | null {
  const text = header?.trim() ?? '';
  const at = /^\d+$/.test(text) ? now.getTime() + Number(text) * second : httpDate(text);
  return at > now.getTime() ? new Date(Math.min(at, now.getTime() + longestWait)) : null;
}

/** Requires the weekday with which all three HTTP date formats begin, because `Date` accepts much more. */
const httpDate = (text: string): number =>
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)
    ? Date.parse(/GMT$/.test(text) ? text : `${text} GMT`)
    : Number.NaN;
