import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { type AttemptOutcome, attemptOutcomes } from '../../domain/webhooks/attempts.ts';
import { type DisablingReason, disablingReasons } from '../../domain/webhooks/health.ts';
import {
  type ChosenEventType,
  type DeliveryState,
  deliveryStates,
  type EndpointState,
  endpointStates,
  type WebhookEventType,
} from '../../domain/webhooks/webhooks.ts';
import { id, oneOf, texts, timestamp, writtenAt } from './columns.ts';

/** A URL that receives events. A deleted endpoint stays as a row, because its deliveries refer to it. */
export const WebhookEndpoint = defineEntity({
  name: 'WebhookEndpoint',
  tableName: 'webhook_endpoints',
  properties: {
    id: id(),
    url: p.text(),
    description: p.text().nullable(),
    eventTypes: texts<ChosenEventType>(),
    /** The signing secret, encrypted with SECRET_KEY. */
    secretEncrypted: p.text().hidden(),
    /** The previous secret, which also signs until `previousSecretUntil`. */
    previousSecretEncrypted: p.text().nullable().hidden(),
    previousSecretUntil: timestamp().nullable(),
    state: p.text().$type<EndpointState>().default('active'),
    /** When a user paused the endpoint, or when Lastday disabled it for `disabledReason`. */
    stoppedAt: timestamp().nullable(),
    disabledReason: p.text().$type<DisablingReason>().nullable(),
    /** The first and the last failed attempt since the last success. */
    failingSince: timestamp().nullable(),
    lastFailedAt: timestamp().nullable(),
    lastTriedAt: timestamp().nullable(),
    lastOutcome: p.text().$type<AttemptOutcome>().nullable(),
    createdAt: writtenAt(),
  },
  checks: [
    oneOf('webhook_endpoints_state_check', 'state', Object.keys(endpointStates)),
    oneOf('webhook_endpoints_disabled_reason_check', 'disabled_reason', Object.keys(disablingReasons)),
  ],
});
export type WebhookEndpoint = InferEntity<typeof WebhookEndpoint>;

/** A webhook event. `data` is the body's `data`, and the id is the `webhook-id` header. */
export const WebhookEvent = defineEntity({
  name: 'WebhookEvent',
  tableName: 'webhook_events',
  properties: {
    id: p.text().primary(),
    type: p.text().$type<WebhookEventType>(),
    data: p.json<Record<string, unknown>>(),
    offboardingId: p.integer().nullable().index('webhook_events_offboarding_id_index'),
    createdAt: writtenAt(),
  },
  indexes: [{ name: 'webhook_events_created_at_index', properties: ['createdAt'] }],
});
export type WebhookEvent = InferEntity<typeof WebhookEvent>;

/** The delivery of one event to one endpoint. */
export const WebhookDelivery = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_deliveries',
  properties: {
    id: id(),
    eventId: () =>
      p
        .manyToOne(WebhookEvent)
        .mapToPk()
        .fieldName('event_id')
        .deleteRule('no action')
        .updateRule('no action'),
    endpointId: () =>
      p
        .manyToOne(WebhookEndpoint)
        .mapToPk()
        .fieldName('endpoint_id')
        .deleteRule('no action')
        .updateRule('no action'),
    state: p.text().$type<DeliveryState>().default('pending'),
    /** The delivery that this one replays, when a user asked for it. */
    replayOf: p.integer().nullable(),
    createdAt: writtenAt(),
    /** When the worker started its workflow; also null if the leaver's workflow starts it. */
    startedAt: timestamp().nullable(),
    nextTryAt: timestamp().nullable(),
    closedAt: timestamp().nullable(),
  },
  indexes: [
    { name: 'webhook_deliveries_created_at_index', properties: ['endpointId', 'createdAt', 'id'] },
    { name: 'webhook_deliveries_state_index', properties: ['endpointId', 'state', 'id'] },
    { name: 'webhook_deliveries_event_index', properties: ['eventId'] },
    {
      name: 'webhook_deliveries_pending_index',
      expression:
        "create index webhook_deliveries_pending_index on webhook_deliveries (id) where state = 'pending'",
    },
    {
      name: 'webhook_deliveries_missed_index',
      expression:
        "create index webhook_deliveries_missed_index on webhook_deliveries (endpoint_id, closed_at) where state in ('failed', 'disabled')",
    },
    {
      name: 'webhook_deliveries_unstarted_index',
      expression:
        "create index webhook_deliveries_unstarted_index on webhook_deliveries (id) where state = 'pending' and started_at is null",
    },
  ],
  checks: [oneOf('webhook_deliveries_state_check', 'state', Object.keys(deliveryStates))],
});
export type WebhookDelivery = InferEntity<typeof WebhookDelivery>;

/**
 * One attempt of a delivery. `durationMs` is in milliseconds, `response` is the first kB of the response, and `retryAt`
 * is the time from its Retry-After header.
 */
export const WebhookAttempt = defineEntity({
  name: 'WebhookAttempt',
  tableName: 'webhook_attempts',
  properties: {
    id: id(),
    deliveryId: () =>
      p
        .manyToOne(WebhookDelivery)
        .mapToPk()
        .fieldName('delivery_id')
        .deleteRule('no action')
        .updateRule('no action'),
    number: p.integer(),
    at: writtenAt(),
    url: p.text(),
    requestHeaders: p.json<Record<string, string>>().defaultRaw("'{}'::jsonb"),
    outcome: p.text().$type<AttemptOutcome>(),
    statusCode: p.integer().nullable(),
    durationMs: p.integer(),
    response: p.text().nullable(),
    retryAt: timestamp().nullable(),
  },
  uniques: [{ name: 'webhook_attempts_number_unique', properties: ['deliveryId', 'number'] }],
  checks: [oneOf('webhook_attempts_outcome_check', 'outcome', Object.keys(attemptOutcomes))],
});
export type WebhookAttempt = InferEntity<typeof WebhookAttempt>;
