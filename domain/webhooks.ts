/** The events an endpoint can subscribe to. */
export const webhookEventTypes = ['user.offboarded'] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** `webhook_deliveries.state`. */
export const deliveryStates = ['pending', 'delivered', 'failed', 'disabled'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** How one attempt ended, in words the console shows. Only `delivered` is success. */
export const attemptOutcomes = {
  delivered: 'Delivered',
  http_error: 'The endpoint answered with an error',
  redirected: 'The endpoint answered with a redirect, which is not followed',
  gone: 'The endpoint said it is gone (410)',
  blocked_address: 'The address is private or special, and not allowed',
  dns_failed: 'The host name could not be looked up',
  connection_failed: 'The connection could not be made',
  tls_failed: 'The secure connection could not be made',
  timed_out: 'The endpoint did not answer in time',
  response_too_large: 'The answer was too large',
  not_signed: 'The signing secret could not be read: it was stored with another SECRET_KEY',
} as const;
export type AttemptOutcome = keyof typeof attemptOutcomes;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * How long to wait before each try, in milliseconds: ten tries over about three days, the example
 * schedule of Standard Webhooks 1.0.
 */
export const retrySchedule: readonly number[] = [
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

/** How many tries a delivery has. */
export const triesOfDelivery = retrySchedule.length;

/** What a try's outcome means for the delivery. */
export function stateAfterTry(outcome: AttemptOutcome, number: number): DeliveryState {
  if (outcome === 'delivered') return 'delivered';
  if (outcome === 'gone') return 'disabled';
  return number < triesOfDelivery ? 'pending' : 'failed';
}

const spread = 0.1;

/**
 * When to try again after the try `number` failed, a little earlier or later than scheduled, so that the
 * deliveries of one outage do not all come back at once. `random` lies in [0, 1).
 */
export const nextTryAfter = (number: number, now: Date, random = Math.random()): Date =>
  new Date(now.getTime() + retrySchedule[number]! * (1 + spread * (2 * random - 1)));

/** The outcome that an endpoint's HTTP status means. Only 2xx is success; redirects are not followed. */
export function outcomeOfStatus(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirected' : 'http_error';
}

/** What is sent, by Standard Webhooks 1.0. `occurredAt` is the moment of the event, not of the try. */
export const webhookBody = (event: {
  type: WebhookEventType;
  occurredAt: Date;
  data: Record<string, unknown>;
}): string =>
  JSON.stringify({ type: event.type, timestamp: event.occurredAt.toISOString(), data: event.data });
