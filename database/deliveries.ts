import { sql } from 'kysely';
import { systemActor } from '../domain/actor.ts';
import { NotFound } from '../domain/failures.ts';
import type { AttemptOutcome } from '../domain/webhook-attempts.ts';
import { nextTryAfter, stateAfterTry, usualSchedule } from '../domain/webhook-schedule.ts';
import type { DeliveryState, EndpointState, WebhookEventType } from '../domain/webhooks.ts';
import { record } from './change.ts';
import type { EntityManager } from './orm.ts';
import { retrying } from './retrying.ts';
import { sqlOf } from './tables.ts';

/** Which event goes to which endpoint; `replayOf` is the delivery this one repeats. */
export interface PendingDelivery {
  id: number;
  eventId: string;
  endpointId: number;
  replayOf: number | null;
}

/** The deliveries of an offboarding's event that are still on their way. */
export async function pendingDeliveriesOf(
  em: EntityManager,
  offboardingId: number,
): Promise<PendingDelivery[]> {
  const { rows } = await sql<PendingDelivery>`
    select d.id, d.event_id as "eventId", d.endpoint_id as "endpointId", d.replay_of as "replayOf"
    from webhook_events e join webhook_deliveries d on d.event_id = e.id
    where e.offboarding_id = ${offboardingId} and d.state = 'pending' order by d.id`.execute(sqlOf(em));
  return rows;
}

/** All deliveries that are on their way and older than `ageMs`, from id `after` on, oldest first. */
export async function pendingDeliveries(
  em: EntityManager,
  { after, ageMs, limit }: { after: number; ageMs: number; limit: number },
): Promise<PendingDelivery[]> {
  const { rows } = await sql<PendingDelivery>`
    select id, event_id as "eventId", endpoint_id as "endpointId", replay_of as "replayOf"
    from webhook_deliveries
    where state = 'pending' and id > ${after} and created_at < now() - ${ageMs} * interval '1 millisecond'
    order by id limit ${limit}`.execute(sqlOf(em));
  return rows;
}

/** The try that comes next, counted from 1; null when the delivery is closed. */
export async function nextTryOf(
  em: EntityManager,
  deliveryId: number,
): Promise<{ number: number; dueAt: Date } | null> {
  const { rows } = await sql<{ number: number; dueAt: Date }>`
    select (select count(*) from webhook_attempts a where a.delivery_id = d.id) + 1 as number,
      coalesce(d.next_try_at, d.created_at) as "dueAt"
    from webhook_deliveries d where d.id = ${deliveryId} and d.state = 'pending'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Everything a try needs. */
export interface Parcel {
  eventId: string;
  type: WebhookEventType;
  occurredAt: Date;
  data: Record<string, unknown>;
  url: string;
  secretEncrypted: string;
  endpointState: EndpointState;
}

/** What the try `number` of a delivery sends; null when the delivery is closed or that try was made. */
export async function parcelOf(
  em: EntityManager,
  deliveryId: number,
  number: number,
): Promise<Parcel | null> {
  const { rows } = await sql<Parcel>`
    select e.id as "eventId", e.type, e.created_at as "occurredAt", e.data,
      p.url, p.secret_encrypted as "secretEncrypted", p.state as "endpointState"
    from webhook_deliveries d
    join webhook_events e on e.id = d.event_id
    join webhook_endpoints p on p.id = d.endpoint_id
    where d.id = ${deliveryId} and d.state = 'pending'
      and not exists (select from webhook_attempts a where a.delivery_id = d.id and a.number >= ${number})`.execute(
    sqlOf(em),
  );
  return rows[0] ?? null;
}

/** How one try went. `durationMs` in milliseconds; `response` is the beginning of the answer. */
export interface Attempt {
  number: number;
  outcome: AttemptOutcome;
  statusCode: number | null;
  durationMs: number;
  response: string | null;
}

/**
 * Records a try and what it means for the delivery in one transaction. A delivery that was closed meanwhile
 * keeps its state, and a try that is on record already stays as it is. When the tries are used up, or the
 * endpoint says it is gone, the super-admins are told.
 */
export const recordAttempt = (
  em: EntityManager,
  deliveryId: number,
  attempt: Attempt,
  now = new Date(),
): Promise<void> =>
  inTransaction(em, async (transaction) => {
    const db = sqlOf(transaction);
    const delivery = await lockDelivery(transaction, deliveryId);
    const { number, outcome, statusCode, durationMs, response } = attempt;
    const { numAffectedRows } = await sql`
      insert into webhook_attempts (delivery_id, number, at, url, outcome, status_code, duration_ms, response)
      values (${deliveryId}, ${number}, ${now}, '', ${outcome}, ${statusCode}, ${durationMs}, ${response})
      on conflict (delivery_id, number) do nothing`.execute(db);
    if (Number(numAffectedRows) === 0 || delivery.state !== 'pending') return;
    const state = stateAfterTry(outcome, number, 10);
    if (state === 'pending')
      return setNextTry(transaction, deliveryId, nextTryAfter(number, usualSchedule, now));
    await close(transaction, delivery, state, now);
    if (outcome === 'gone') await pauseEndpoint(transaction, delivery.endpointId);
  });

/** Closes a delivery that can never arrive, and tells the super-admins. A closed one stays as it is. */
export const giveUpDelivery = (
  em: EntityManager,
  deliveryId: number,
  state: 'failed' | 'disabled',
  now = new Date(),
): Promise<void> =>
  inTransaction(em, async (transaction) => {
    const delivery = await lockDelivery(transaction, deliveryId);
    if (delivery.state === 'pending') await close(transaction, delivery, state, now);
  });

/** Whoever removes an endpoint locks it before its deliveries: the other order gives way and tries again. */
const inTransaction = <T>(em: EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T> =>
  retrying(() => em.fork().transactional(work));

interface LockedDelivery {
  id: number;
  state: DeliveryState;
  eventId: string;
  endpointId: number;
}

async function lockDelivery(em: EntityManager, deliveryId: number): Promise<LockedDelivery> {
  const { rows } = await sql<LockedDelivery>`
    select id, state, event_id as "eventId", endpoint_id as "endpointId"
    from webhook_deliveries where id = ${deliveryId} for update`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('delivery');
  return rows[0];
}

async function setNextTry(em: EntityManager, deliveryId: number, at: Date) {
  await sql`update webhook_deliveries set next_try_at = ${at} where id = ${deliveryId}`.execute(sqlOf(em));
}

async function close(
  em: EntityManager,
  { id, eventId, endpointId }: LockedDelivery,
  state: DeliveryState,
  now: Date,
) {
  const db = sqlOf(em);
  await sql`
    update webhook_deliveries set state = ${state}, closed_at = ${now}, next_try_at = null where id = ${id}`.execute(
    db,
  );
  if (state === 'delivered') return;
  const details = { deliveryId: id, endpointId, eventId, state };
  await sql`
    insert into notifications (user_id, kind, details)
    select id, 'webhook_failed', ${JSON.stringify(details)}::jsonb from users
    where role = 'super-admin' and status = 'active' order by id`.execute(db);
}

/** An endpoint that says it is gone is not asked again until a person lets it go on. */
async function pauseEndpoint(em: EntityManager, endpointId: number) {
  const { rows } = await sql<{ url: string }>`
    update webhook_endpoints set state = 'paused' where id = ${endpointId} and state = 'active'
    returning url`.execute(sqlOf(em));
  for (const { url } of rows) {
    record(em, systemActor, 'webhook.updated', null, { endpointId, url, state: 'paused' });
  }
}
