import type { AttemptOutcome } from './attempts.ts';
import { type DeliveryState, testEventType, type WebhookEventType } from './webhooks.ts';

/** How long a delivery waits before each try, in milliseconds. */
export type RetrySchedule = readonly number[];

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Ten tries over about three days, the example schedule of Standard Webhooks 1.0. */
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

/** How many tries a delivery has. Whoever tests an endpoint sees at once how it went: one. */
export const triesOf = (type: WebhookEventType, schedule: RetrySchedule): number =>
  type === testEventType ? 1 : schedule.length;

/** What a try's outcome means for the delivery, given how many tries it has. */
export function stateAfterTry(outcome: AttemptOutcome, number: number, tries: number): DeliveryState {
  if (outcome === 'delivered') return 'delivered';
  if (outcome === 'gone') return 'disabled';
  return number < tries ? 'pending' : 'failed';
}

const spread = 0.1;

/**
 * When to try again after the try `number` failed: as scheduled, a little earlier or later, so that the deliveries
 * of one outage do not all come back at once; but not before `retryAt`, when the endpoint named that.
 * `random` lies in [0, 1).
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

/** The longest time an endpoint can ask us to wait, in milliseconds. */
const longestWait = 24 * hour;

/**
 * The moment that a `Retry-After` header asks to wait for, in seconds or as an HTTP date, at most a day away.
 * Null for one that is missing, is no such thing or has passed.
 */
export function retryMoment(header: string | null, now: Date): Date | null {
  const text = header?.trim() ?? '';
  const at = /^\d{1,10}$/.test(text) ? now.getTime() + Number(text) * second : httpDate(text);
  return at > now.getTime() ? new Date(Math.min(at, now.getTime() + longestWait)) : null;
}

/** The three forms of HTTP dates begin with a weekday's name; `Date` alone would take much more. */
const httpDate = (text: string): number =>
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)
    ? Date.parse(/GMT$/.test(text) ? text : `${text} GMT`)
    : Number.NaN;
