import { sql } from 'kysely';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import type { EndpointState, WebhookEventType } from '../../domain/webhooks/webhooks.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** A delivery of an event to an endpoint; `replayOf` is the delivery that it repeats. */
export interface PendingDelivery {
  id: number;
  eventId: string;
  endpointId: number;
  replayOf: number | null;
}

const address = sql`d.id, d.event_id as "eventId", d.endpoint_id as "endpointId", d.replay_of as "replayOf"`;

/** The leaver's workflow starts the deliveries of a completion; the worker's delivery starter starts all others. */
const isOfCompletion = sql`(e.type = 'user.offboarded' and d.replay_of is null)`;

/** The pending deliveries that the completion of an offboarding created. */
export async function pendingDeliveriesOf(
  em: EntityManager,
  offboardingId: number,
): Promise<PendingDelivery[]> {
  const { rows } = await sql<PendingDelivery>`
    select ${address} from webhook_events e join webhook_deliveries d on d.event_id = e.id
    where e.offboarding_id = ${offboardingId} and d.state = 'pending' and ${isOfCompletion}
    order by d.id`.execute(sqlOf(em));
  return rows;
}

/** The pending deliveries with an id above `after` that the worker's delivery starter must start, oldest first. */
export async function unstartedDeliveries(
  em: EntityManager,
  { after, limit }: { after: number; limit: number },
): Promise<PendingDelivery[]> {
  const { rows } = await sql<PendingDelivery>`
    select ${address} from webhook_deliveries d join webhook_events e on e.id = d.event_id
    where d.state = 'pending' and d.started_at is null and d.id > ${after} and not ${isOfCompletion}
    order by d.id limit ${limit}`.execute(sqlOf(em));
  return rows;
}

/** Marks deliveries that were started in Temporal. */
export async function markStarted(em: EntityManager, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update webhook_deliveries set started_at = now() where id = any(${ids}::int[])`.execute(
    sqlOf(em),
  );
}

/** The pending deliveries older than `ageMs` milliseconds with an id above `after`, oldest first. */
export async function pendingDeliveries(
  em: EntityManager,
  { after, ageMs, limit }: { after: number; ageMs: number; limit: number },
): Promise<PendingDelivery[]> {
  const { rows } = await sql<PendingDelivery>`
    select ${address} from webhook_deliveries d
    where d.state = 'pending' and d.id > ${after} and d.created_at < now() - ${ageMs} * interval '1 millisecond'
    order by d.id limit ${limit}`.execute(sqlOf(em));
  return rows;
}

/** The next attempt, counted from 1, and the outcome of the last. */
export interface NextAttempt {
  number: number;
  dueAt: Date;
  type: WebhookEventType;
  lastOutcome: AttemptOutcome | null;
  lastStatus: number | null;
}

/** The next attempt of a delivery; null when the delivery is closed. */
export async function nextAttemptOf(em: EntityManager, deliveryId: number): Promise<NextAttempt | null> {
  const { rows } = await sql<NextAttempt>`
    select coalesce(last.number, 0) + 1 as number, coalesce(d.next_try_at, d.created_at) as "dueAt", e.type,
      last.outcome as "lastOutcome", last.status_code as "lastStatus"
    from webhook_deliveries d
    join webhook_events e on e.id = d.event_id
    left join lateral (
      select a.number, a.outcome, a.status_code from webhook_attempts a
      where a.delivery_id = d.id order by a.number desc limit 1
    ) last on true
    where d.id = ${deliveryId} and d.state = 'pending'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Everything that an attempt needs. */
export interface DeliveryRequest {
  eventId: string;
  type: WebhookEventType;
  occurredAt: Date;
  data: Record<string, unknown>;
  endpointId: number;
  endpointState: EndpointState;
  url: string;
  secretEncrypted: string;
  /** The replaced secret while it is still valid. */
  previousSecretEncrypted: string | null;
}

/** What attempt `number` of a delivery sends; null when the delivery is closed or that attempt was made. */
export async function readDeliveryRequest(
  em: EntityManager,
  deliveryId: number,
  number: number,
): Promise<DeliveryRequest | null> {
  const { rows } = await sql<DeliveryRequest>`
    select e.id as "eventId", e.type, e.created_at as "occurredAt", e.data,
      p.id as "endpointId", p.state as "endpointState", p.url, p.secret_encrypted as "secretEncrypted",
      case when p.previous_secret_until > now() then p.previous_secret_encrypted end as "previousSecretEncrypted"
    from webhook_deliveries d
    join webhook_events e on e.id = d.event_id
    join webhook_endpoints p on p.id = d.endpoint_id
    where d.id = ${deliveryId} and d.state = 'pending'
      and not exists (select from webhook_attempts a where a.delivery_id = d.id and a.number >= ${number})`.execute(
    sqlOf(em),
  );
  return rows[0] ?? null;
}
