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
import { id, moment, oneOf, texts, writtenAt } from './columns.ts';

/** Where events go. A deleted endpoint stays as a row, because its deliveries are history. */
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
    /** The secret before it, and until when that signs too. */
    previousSecretEncrypted: p.text().nullable().hidden(),
    previousSecretUntil: moment().nullable(),
    state: p.text().$type<EndpointState>().default('active'),
    /** Since when nothing is sent there, and why when it was not a person who wanted that. */
    stoppedAt: moment().nullable(),
    disabledReason: p.text().$type<DisablingReason>().nullable(),
    /** The first try of those that have failed since the last success, and the last one. */
    failingSince: moment().nullable(),
    lastFailedAt: moment().nullable(),
    lastTriedAt: moment().nullable(),
    lastOutcome: p.text().$type<AttemptOutcome>().nullable(),
    createdAt: writtenAt(),
  },
  checks: [
    oneOf('webhook_endpoints_state_check', 'state', Object.keys(endpointStates)),
    oneOf('webhook_endpoints_disabled_reason_check', 'disabled_reason', Object.keys(disablingReasons)),
  ],
});
export type WebhookEndpoint = InferEntity<typeof WebhookEndpoint>;

/** Something that happened, as the world is told. `data` is the body's `data`, the id is the `webhook-id`. */
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

/** One event on its way to one endpoint. */
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
    /** The delivery this one repeats, when a person asked for it again. */
    replayOf: p.integer().nullable(),
    createdAt: writtenAt(),
    /** When the relay gave it to the engine; null also where the leaver's workflow starts it. */
    startedAt: moment().nullable(),
    nextTryAt: moment().nullable(),
    closedAt: moment().nullable(),
  },
  indexes: [
    { name: 'webhook_deliveries_endpoint_index', properties: ['endpointId', 'id'] },
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
 * One try of a delivery: what was sent where, and what came back. `durationMs` in milliseconds; `response` is the
 * first kB of the answer, `retryAt` the moment that its Retry-After asked to wait for.
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
    retryAt: moment().nullable(),
  },
  uniques: [{ name: 'webhook_attempts_number_unique', properties: ['deliveryId', 'number'] }],
  checks: [oneOf('webhook_attempts_outcome_check', 'outcome', Object.keys(attemptOutcomes))],
});
export type WebhookAttempt = InferEntity<typeof WebhookAttempt>;
