import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound, Refusal } from '../../domain/failures.ts';
import { type DeliveryState, testEventType, type WebhookEventType } from '../../domain/webhooks/webhooks.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { publishTest } from '../core/webhook-events.ts';
import { changeEndpoint, type EndpointChange } from './endpoint-change.ts';
import { isUndelivered } from './undelivered.ts';

/**
 * Sends a test event to an endpoint, whatever its state and chosen event types; returns the delivery's id. Throws
 * NotFound.
 */
export const testEndpoint = (
  em: EntityManager,
  actor: Actor,
  endpointId: number,
  now = new Date(),
): Promise<number> =>
  changeEndpoint(em, actor, endpointId, ({ em: transaction, endpoint, record }) => {
    record('webhook.tested');
    return publishTest(transaction, actor, endpoint, now);
  });

/**
 * Sends the event of a delivery again, as a new delivery with the same `webhook-id`; returns its id. Throws a Refusal
 * while the event is pending or the endpoint is off, and NotFound.
 */
export const replayDelivery = (
  em: EntityManager,
  actor: Actor,
  endpointId: number,
  deliveryId: number,
  now = new Date(),
): Promise<number> =>
  changeEndpoint(em, actor, endpointId, async (change) => {
    const siblings = await deliveriesOfSameEvent(change, deliveryId);
    if (siblings.length === 0) throw new NotFound('delivery');
    if (siblings[0]!.type !== testEventType) refuseWhileOff(change);
    if (siblings.some(({ state }) => state === 'pending')) {
      throw new Refusal('on-its-way', 'This event is already pending for this endpoint.');
    }
    const [replay] = await insertReplays(change, sql`d.id = ${deliveryId}`, now);
    change.record('webhook.replayed', { eventId: siblings[0]!.eventId, deliveries: 1 });
    return replay!;
  });

/**
 * Replays every undelivered event whose last delivery closed at `since` or later; returns their number. Throws a
 * Refusal while the endpoint is off, and NotFound.
 */
export const replayUndeliveredSince = (
  em: EntityManager,
  actor: Actor,
  endpointId: number,
  since: Date,
  now = new Date(),
): Promise<number> =>
  changeEndpoint(em, actor, endpointId, async (change) => {
    refuseWhileOff(change);
    const replays = await insertReplays(change, sql`d.closed_at >= ${since} and ${isUndelivered}`, now);
    if (replays.length > 0) {
      change.record('webhook.replayed', { since: since.toISOString(), deliveries: replays.length });
    }
    return replays.length;
  });

function refuseWhileOff({ endpoint }: EndpointChange) {
  if (endpoint.state !== 'active') {
    throw new Refusal('endpoint-off', 'This endpoint is off. Turn it on first.');
  }
}

async function deliveriesOfSameEvent({ em, endpoint }: EndpointChange, deliveryId: number) {
  const { rows } = await sql<{ state: DeliveryState; eventId: string; type: WebhookEventType }>`
    select other.state, e.id as "eventId", e.type
    from webhook_deliveries d
    join webhook_events e on e.id = d.event_id
    join webhook_deliveries other on other.event_id = d.event_id and other.endpoint_id = d.endpoint_id
    where d.id = ${deliveryId} and d.endpoint_id = ${endpoint.id}`.execute(sqlOf(em));
  return rows;
}

async function insertReplays({ em, endpoint }: EndpointChange, chosen: ReturnType<typeof sql>, now: Date) {
  const { rows } = await sql<{ id: number }>`
    insert into webhook_deliveries (event_id, endpoint_id, replay_of, next_try_at)
    select d.event_id, d.endpoint_id, d.id, ${now}
    from webhook_deliveries d join webhook_events e on e.id = d.event_id
    where d.endpoint_id = ${endpoint.id} and ${chosen}
    order by e.created_at, d.id returning id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}
