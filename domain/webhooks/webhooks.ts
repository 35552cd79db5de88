/** The events an endpoint can choose, each with what it says in words. */
export const webhookEvents = {
  'offboarding.started': 'Somebody is going to leave: their offboarding was opened',
  'offboarding.end_date_changed': 'The end date of a leaver was moved',
  'offboarding.cleared': 'A leaver has nothing left to give back, no seat and no open request',
  'offboarding.cancelled': 'An offboarding was cancelled: the person stays',
  'user.offboarded': 'An offboarding was completed: the person has left',
} as const;
export type ChosenEventType = keyof typeof webhookEvents;
export const chosenEventTypes = Object.keys(webhookEvents) as ChosenEventType[];

/** What an endpoint gets when somebody tries it out; it is sent without being chosen. */
export const testEventType = 'webhook.test';

export type WebhookEventType = ChosenEventType | typeof testEventType;
export const webhookEventTypes: readonly WebhookEventType[] = [...chosenEventTypes, testEventType];

/** `webhook_deliveries.state`, in words. A delivery is given up as failed, or not sent because its endpoint was off. */
export const deliveryStates = {
  pending: 'Pending',
  delivered: 'Delivered',
  failed: 'Failed',
  disabled: 'Not sent',
} as const;
export type DeliveryState = keyof typeof deliveryStates;

/** `webhook_endpoints.state`, in words. Paused by a person, disabled by itself. */
export const endpointStates = {
  active: 'Active',
  paused: 'Paused',
  disabled: 'Disabled',
  deleted: 'Removed',
} as const;
export type EndpointState = keyof typeof endpointStates;

/** What is sent, by Standard Webhooks 1.0. `occurredAt` is the moment of the event, not of the try. */
export const webhookBody = (event: {
  type: WebhookEventType;
  occurredAt: Date;
  data: Record<string, unknown>;
}): string =>
  JSON.stringify({ type: event.type, timestamp: event.occurredAt.toISOString(), data: event.data });
