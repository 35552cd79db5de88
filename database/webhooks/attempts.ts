import { sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import { nextTryAfter, type RetrySchedule, stateAfterTry, triesOf } from '../../domain/webhooks/schedule.ts';
import { type DeliveryState, testEventType, type WebhookEventType } from '../../domain/webhooks/webhooks.ts';
import type { EntityManager } from '../core/orm.ts';
import { withRetries } from '../core/retrying.ts';
import { sqlOf } from '../core/tables.ts';
import {
  clearFailures,
  disableEndpoint,
  type LockedEndpoint,
  noteFailure,
  noteTry,
} from './endpoint-health.ts';

/** One try: what was sent where, and how it went. `durationMs` in milliseconds. */
export interface Attempt {
  number: number;
  url: string;
  /** As sent; none when nothing was. */
  requestHeaders: Record<string, string>;
  outcome: AttemptOutcome;
  statusCode: number | null;
  durationMs: number;
  /** The beginning of the answer. */
  response: string | null;
  /** The moment that the answer asked to wait for. */
  retryAt: Date | null;
}

/**
 * Records a try and what it means for the delivery and its endpoint in one transaction. A delivery that was closed
 * meanwhile keeps its state, and a try that is on record already stays as it is. The super-admins are told when the
 * tries are used up, and when the endpoint is disabled because it is gone or has failed for too long.
 */
export const recordAttempt = (
  em: EntityManager,
  deliveryId: number,
  attempt: Attempt,
  schedule: RetrySchedule,
  now = new Date(),
): Promise<void> =>
  inTransaction(em, deliveryId, async (transaction, delivery, endpoint) => {
    if (!(await insertAttempt(transaction, deliveryId, attempt, now))) return;
    const { number, outcome, retryAt } = attempt;
    const state = stateAfterTry(outcome, number, triesOf(delivery.type, schedule));
    if (delivery.state === 'pending') {
      if (state === 'pending') {
        await putOff(transaction, deliveryId, nextTryAfter(number, schedule, now, retryAt));
      } else await close(transaction, delivery, state, now);
    }
    await followHealth(transaction, endpoint, delivery, outcome, now);
  });

/** Closes a delivery that cannot be tried, and tells the super-admins. A closed one stays as it is. */
export const giveUpDelivery = (
  em: EntityManager,
  deliveryId: number,
  state: 'failed' | 'disabled',
  now = new Date(),
): Promise<void> =>
  inTransaction(em, deliveryId, async (transaction, delivery) => {
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

/** The endpoint is locked before its deliveries, as whoever pauses or removes it does. */
const inTransaction = (
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

/** Returns whether it is new. */
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

async function putOff(em: EntityManager, deliveryId: number, until: Date) {
  await sql`update webhook_deliveries set next_try_at = ${until} where id = ${deliveryId}`.execute(sqlOf(em));
}

async function close(em: EntityManager, delivery: LockedDelivery, state: DeliveryState, now: Date) {
  await sql`
    update webhook_deliveries set state = ${state}, closed_at = ${now}, next_try_at = null
    where id = ${delivery.id}`.execute(sqlOf(em));
  if (state === 'failed') await tellThatItFailed(em, delivery);
}

/** Whoever tests an endpoint is looking; everybody else has to be told. */
async function tellThatItFailed(em: EntityManager, delivery: LockedDelivery) {
  const { id: deliveryId, type, eventId, endpointId, aboutUserId, url } = delivery;
  if (type === testEventType) return;
  const details = { deliveryId, type, eventId, endpointId, url };
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'webhook_failed', ${aboutUserId}, ${JSON.stringify(details)}::jsonb from users
    where role = 'super-admin' and status = 'active' order by id`.execute(sqlOf(em));
}

/** A success ends a time of failing; a test that fails begins none. */
async function followHealth(
  em: EntityManager,
  endpoint: LockedEndpoint,
  { type }: LockedDelivery,
  outcome: AttemptOutcome,
  now: Date,
) {
  await noteTry(em, endpoint, outcome, now);
  if (outcome === 'delivered') return clearFailures(em, endpoint);
  if (endpoint.state !== 'active') return;
  if (outcome === 'gone') return disableEndpoint(em, endpoint, 'gone', now);
  if (type !== testEventType) await noteFailure(em, endpoint, now);
}
