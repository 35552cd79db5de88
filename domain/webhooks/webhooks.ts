/** The events that an endpoint can subscribe to, with their descriptions. */
export const webhookEvents = {
  'offboarding.started': 'Offboarding started',
  'offboarding.end_date_changed': 'End date changed',
  'offboarding.cleared': 'Everything cleared',
  'offboarding.cancelled': 'Offboarding cancelled',
  'user.offboarded': 'Offboarding completed',
} as const;
export type ChosenEventType = keyof typeof webhookEvents;
export const chosenEventTypes = Object.keys(webhookEvents) as ChosenEventType[];

/** The event of a test, which is sent to an endpoint without a subscription. */
export const testEventType = 'webhook.test';

export type WebhookEventType = ChosenEventType | typeof testEventType;
export const webhookEventTypes: readonly WebhookEventType[] = [...chosenEventTypes, testEventType];

/** `webhook_deliveries.state`, with the console's words. `disabled`: not sent, because the endpoint was off. */
export const deliveryStates = {
  pending: 'Pending',
  delivered: 'Delivered',
  failed: 'Failed',
  disabled: 'Not sent',
} as const;
export type DeliveryState = keyof typeof deliveryStates;

/** `webhook_endpoints.state`, with the console's words. A user pauses an endpoint; Lastday disables one. */
export const endpointStates = {
  active: 'Active',
  paused: 'Paused',
  disabled: 'Disabled',
  deleted: 'Removed',
} as const;
export type EndpointState = keyof typeof endpointStates;

/** The body of a delivery, as in Standard Webhooks 1.0. `occurredAt` is the time of the event, not of the attempt. */
export const webhookBody = (event: {
  type: WebhookEventType;
  occurredAt: Date;
  data: Record<string, unknown>;
}): string =>
  JSON.stringify({ type: event.type, timestamp: event.occurredAt.toISOString(), data: event.data });
