import { sql } from 'kysely';
import type { Database } from '../../database/core/orm.ts';
import { secretBox } from '../../database/core/secret-box.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { WebhookAttempt, WebhookDelivery, WebhookEvent } from '../../database/entities/index.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import {
  type ChosenEventType,
  chosenEventTypes,
  type DeliveryState,
  type WebhookEventType,
} from '../../domain/webhooks/webhooks.ts';
import { testKey } from './engine.ts';

/** Adds an endpoint for some events, by default for all. */
export const subscribe = (
  { em }: Database,
  url = 'https://hooks.example/lastday',
  eventTypes: ChosenEventType[] = chosenEventTypes,
): Promise<{ id: number; secret: string }> =>
  createEndpoint(em, 'system', { url, description: null, eventTypes }, secretBox(testKey));

/** A delivery with its event and the outcomes of its attempts. */
export interface SeenDelivery {
  id: number;
  eventId: string;
  type: string;
  data: Record<string, unknown>;
  state: DeliveryState;
  replayOf: number | null;
  outcomes: string[];
  closed: boolean;
  /** Seconds until the next attempt. */
  waits: number | null;
}

/** The deliveries to an endpoint, in the order they were made. */
export async function deliveriesTo({ em }: Database, endpointId: number): Promise<SeenDelivery[]> {
  const { rows } = await sql<SeenDelivery>`
    select d.id, d.event_id as "eventId", e.type, e.data, d.state, d.replay_of as "replayOf",
      array(select outcome from webhook_attempts a where a.delivery_id = d.id order by number) as outcomes,
      d.closed_at is not null as closed, extract(epoch from d.next_try_at - now())::float as waits
    from webhook_deliveries d join webhook_events e on e.id = d.event_id
    where d.endpoint_id = ${endpointId} order by d.id`.execute(sqlOf(em.fork()));
  return rows;
}

let events = 0;

/** Writes an event about Lena Brandt and its delivery to an endpoint, created and closed `at`. */
export async function addDelivery(
  { em }: Database,
  endpointId: number,
  state: DeliveryState,
  type: WebhookEventType = 'user.offboarded',
  at = new Date(),
): Promise<number> {
  const fork = em.fork();
  const eventId = `evt_${++events}`;
  const data = type === 'webhook.test' ? {} : { user: { id: 7, name: 'Lena Brandt' } };
  fork.create(WebhookEvent, { id: eventId, type, data, createdAt: at });
  await fork.flush();
  const delivery = fork.create(WebhookDelivery, {
    eventId,
    endpointId,
    createdAt: at,
    ...inState(state, at),
  });
  await fork.flush();
  return delivery.id;
}

/** Writes another delivery of the same event to the same endpoint. */
export async function addReplay({ em }: Database, deliveryId: number, state: DeliveryState): Promise<number> {
  const fork = em.fork();
  const { eventId, endpointId } = await fork.findOneOrFail(WebhookDelivery, { id: deliveryId });
  const replay = { eventId, endpointId, replayOf: deliveryId, ...inState(state, new Date()) };
  const delivery = fork.create(WebhookDelivery, replay);
  await fork.flush();
  return delivery.id;
}

const inState = (state: DeliveryState, at: Date) =>
  state === 'pending' ? { state, nextTryAt: at } : { state, closedAt: at };

/** Writes an attempt of a delivery. */
export async function addAttempt(
  { em }: Database,
  deliveryId: number,
  number: number,
  outcome: AttemptOutcome,
): Promise<void> {
  const fork = em.fork();
  fork.create(WebhookAttempt, {
    deliveryId,
    number,
    outcome,
    url: 'https://hooks.example/lastday',
    requestHeaders: { 'webhook-id': 'evt_1' },
    statusCode: outcome === 'delivered' ? 204 : 500,
    durationMs: 12,
    response: 'oops',
  });
  await fork.flush();
}
