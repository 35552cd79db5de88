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
