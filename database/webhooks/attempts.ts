import { sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import {
  maxAttempts,
  nextTryAfter,
  type RetrySchedule,
  stateAfterTry,
} from '../../domain/webhooks/schedule.ts';
import { type DeliveryState, testEventType, type WebhookEventType } from '../../domain/webhooks/webhooks.ts';
import { hasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { withRetries } from '../core/retrying.ts';
import { sqlOf } from '../core/tables.ts';
import {
  clearFailures,
  disableEndpoint,
  type LockedEndpoint,
  recordFailure,
  recordLastAttempt,
} from './endpoint-health.ts';

/** One attempt at a delivery: the request and its outcome. */
export interface Attempt {
  number: number;
  url: string;
  /** Empty when no request was sent. */
  requestHeaders: Record<string, string>;
  outcome: AttemptOutcome;
  statusCode: number | null;
  durationMs: number;
  /** The first part of the response body. */
  response: string | null;
  /** The time from the response's `Retry-After`. */
  retryAt: Date | null;
}

/**
 * Records an attempt and updates its delivery and endpoint, in one transaction. A closed delivery keeps its state,
 * and an attempt that is already recorded stays as it is. Notifies the super-admins after the last failed attempt,
 * and when it disables the endpoint.
 */
export const recordAttempt = (
  em: EntityManager,
  deliveryId: number,
  attempt: Attempt,
  schedule: RetrySchedule,
  now = new Date(),
): Promise<void> =>
  changeDelivery(em, deliveryId, async (transaction, delivery, endpoint) => {
    if (!(await insertAttempt(transaction, deliveryId, attempt, now))) return;
    const { number, outcome, retryAt } = attempt;
    const state = stateAfterTry(outcome, number, maxAttempts(delivery.type, schedule));
    if (delivery.state === 'pending') {
      if (state === 'pending') {
        await postpone(transaction, deliveryId, nextTryAfter(number, schedule, now, retryAt));
      } else await close(transaction, delivery, state, now);
    }
    await updateHealth(transaction, endpoint, delivery, outcome, now);
  });

/** Closes a pending delivery without an attempt. Notifies the super-admins when the state is `failed`. */
export const giveUpDelivery = (
  em: EntityManager,
  deliveryId: number,
  state: 'failed' | 'disabled',
  now = new Date(),
): Promise<void> =>
  changeDelivery(em, deliveryId, async (transaction, delivery) => {
    if (delivery.state === 'pending') await close(transaction, delivery, state, now);
  });

interface LockedDelivery {
  id: number;
  state: DeliveryState;
  type: WebhookEventType;
  eventId: string;
  endpointId: number;
  aboutUserId: number | null;
  url: string;
}

/**
 * Runs `work` in a transaction that locks the endpoint and then the delivery. Pausing and removing an endpoint lock in
 * the same order, which avoids deadlocks.
 */
const changeDelivery = (
  em: EntityManager,
  deliveryId: number,
  work: (em: EntityManager, delivery: LockedDelivery, endpoint: LockedEndpoint) => Promise<void>,
): Promise<void> =>
  withRetries(() =>
    em.fork().transactional(async (transaction) => {
      const endpoint = await lockEndpointOf(transaction, deliveryId);
      return work(transaction, await lockDelivery(transaction, deliveryId), endpoint);
    }),
  );

async function lockEndpointOf(em: EntityManager, deliveryId: number): Promise<LockedEndpoint> {
  const { rows } = await sql<LockedEndpoint>`
    select id, url, state, failing_since as "failingSince", last_failed_at as "lastFailedAt"
    from webhook_endpoints where id = (select endpoint_id from webhook_deliveries where id = ${deliveryId})
    for no key update`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('delivery');
  return rows[0];
}

async function lockDelivery(em: EntityManager, deliveryId: number): Promise<LockedDelivery> {
  const { rows } = await sql<LockedDelivery>`
    select d.id, d.state, e.type, d.event_id as "eventId", d.endpoint_id as "endpointId",
      (e.data->'user'->>'id')::int as "aboutUserId", p.url
    from webhook_deliveries d
    join webhook_events e on e.id = d.event_id
    join webhook_endpoints p on p.id = d.endpoint_id
    where d.id = ${deliveryId} for no key update of d`.execute(sqlOf(em));
  return rows[0]!;
}

/** Returns false when the attempt was already recorded. */
async function insertAttempt(em: EntityManager, deliveryId: number, attempt: Attempt, now: Date) {
  const { number, url, requestHeaders, outcome, statusCode, durationMs, response, retryAt } = attempt;
  const { numAffectedRows } = await sql`
    insert into webhook_attempts
      (delivery_id, number, at, url, request_headers, outcome, status_code, duration_ms, response, retry_at)
    values (${deliveryId}, ${number}, ${now}, ${url}, ${JSON.stringify(requestHeaders)}::jsonb, ${outcome},
      ${statusCode}, ${durationMs}, ${response}, ${retryAt})
    on conflict (delivery_id, number) do nothing`.execute(sqlOf(em));
  return Number(numAffectedRows) > 0;
}

async function postpone(em: EntityManager, deliveryId: number, until: Date) {
  await sql`update webhook_deliveries set next_try_at = ${until} where id = ${deliveryId}`.execute(sqlOf(em));
}

async function close(em: EntityManager, delivery: LockedDelivery, state: DeliveryState, now: Date) {
  await sql`
    update webhook_deliveries set state = ${state}, closed_at = ${now}, next_try_at = null
    where id = ${delivery.id}`.execute(sqlOf(em));
  if (state === 'failed') await notifyFailure(em, delivery);
}

/** Tests are left out, because the user who sent one sees its result. */
async function notifyFailure(em: EntityManager, delivery: LockedDelivery) {
  const { id: deliveryId, type, eventId, endpointId, aboutUserId, url } = delivery;
  if (type === testEventType) return;
  const details = { deliveryId, type, eventId, endpointId, url };
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'webhook_failed', ${aboutUserId}, ${JSON.stringify(details)}::jsonb from users
    where role = 'super-admin' and ${hasAccess} order by id`.execute(sqlOf(em));
}

/** A failed test does not count against the endpoint's health. */
async function updateHealth(
  em: EntityManager,
  endpoint: LockedEndpoint,
  { type }: LockedDelivery,
  outcome: AttemptOutcome,
  now: Date,
) {
  await recordLastAttempt(em, endpoint, outcome, now);
  if (outcome === 'delivered') return clearFailures(em, endpoint);
  if (endpoint.state !== 'active') return;
  if (outcome === 'gone') return disableEndpoint(em, endpoint, 'gone', now);
  if (type !== testEventType) await recordFailure(em, endpoint, now);
}
