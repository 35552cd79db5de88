import { sql } from 'kysely';
import { NotFound } from '../domain/failures.ts';
import type { AttemptOutcome } from '../domain/webhook-attempts.ts';
import type { DeliveryState, EndpointState, WebhookEventType } from '../domain/webhooks.ts';
import { type Listing, offsetOf, pageSize } from './listing.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** An endpoint with how it has been doing. */
export interface ListedEndpoint {
  id: number;
  url: string;
  description: string | null;
  eventTypes: WebhookEventType[];
  state: EndpointState;
  createdAt: Date;
  pending: number;
  failed: number;
  lastAttemptAt: Date | null;
  lastOutcome: AttemptOutcome | null;
}

const listedEndpoint = sql`
  select p.id, p.url, p.description, p.event_types as "eventTypes", p.state, p.created_at as "createdAt",
    (select count(*) from webhook_deliveries d where d.endpoint_id = p.id and d.state = 'pending') as pending,
    (select count(*) from webhook_deliveries d where d.endpoint_id = p.id and d.state = 'failed') as failed,
    last.at as "lastAttemptAt", last.outcome as "lastOutcome"
  from webhook_endpoints p
  left join lateral (
    select a.at, a.outcome from webhook_deliveries d join webhook_attempts a on a.delivery_id = d.id
    where d.endpoint_id = p.id order by a.id desc limit 1
  ) last on true`;

/** Every endpoint that was not removed, oldest first, by one statement. */
export async function listEndpoints(em: EntityManager): Promise<ListedEndpoint[]> {
  const { rows } = await sql<ListedEndpoint>`
    ${listedEndpoint} where p.state <> 'deleted' order by p.id`.execute(sqlOf(em));
  return rows;
}

/** One endpoint, a removed one included: its history stays. Throws NotFound. */
export async function endpointById(em: EntityManager, id: number): Promise<ListedEndpoint> {
  const { rows } = await sql<ListedEndpoint>`${listedEndpoint} where p.id = ${id}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('webhook endpoint');
  return rows[0];
}

/** One try, as the history shows it. `at` as an ISO text, `durationMs` in milliseconds. */
export interface ListedAttempt {
  number: number;
  at: string;
  outcome: AttemptOutcome;
  statusCode: number | null;
  durationMs: number;
  response: string | null;
}

/** One delivery with every try so far, oldest first. */
export interface ListedDelivery {
  id: number;
  endpointId: number;
  eventId: string;
  type: WebhookEventType;
  /** The body's `data`. */
  data: Record<string, unknown>;
  state: DeliveryState;
  replayOf: number | null;
  createdAt: Date;
  nextTryAt: Date | null;
  closedAt: Date | null;
  /** Whom the event is about. */
  aboutUserId: number | null;
  about: string | null;
  attempts: ListedAttempt[];
}

const deliveries = (chosen: ReturnType<typeof sql>) => sql<ListedDelivery>`
  select d.id, d.endpoint_id as "endpointId", d.event_id as "eventId", e.type, e.data, d.state,
    d.replay_of as "replayOf", d.created_at as "createdAt", d.next_try_at as "nextTryAt",
    d.closed_at as "closedAt", (e.data->'user'->>'id')::int as "aboutUserId", e.data->'user'->>'name' as about,
    (select coalesce(jsonb_agg(jsonb_build_object('number', a.number, 'at', a.at, 'outcome', a.outcome,
        'statusCode', a.status_code, 'durationMs', a.duration_ms, 'response', a.response) order by a.number), '[]')
      from webhook_attempts a where a.delivery_id = d.id) as attempts
  from (${chosen}) d join webhook_events e on e.id = d.event_id
  order by d.id desc`;

/** One page of what was sent to an endpoint, newest first, in two statements. */
export async function listDeliveries(
  em: EntityManager,
  endpointId: number,
  state: DeliveryState | null,
  page = 1,
): Promise<Listing<ListedDelivery>> {
  const db = sqlOf(em);
  const wanted = sql`endpoint_id = ${endpointId} and ${state === null ? sql`true` : sql`state = ${state}`}`;
  const { rows } = await deliveries(sql`
    select * from webhook_deliveries where ${wanted}
    order by id desc limit ${pageSize} offset ${offsetOf(page)}`).execute(db);
  const counted = await sql<{ total: number }>`
    select count(*) as total from webhook_deliveries where ${wanted}`.execute(db);
  const { total } = counted.rows[0]!;
  return { rows, total, page, lastPage: Math.max(1, Math.ceil(total / pageSize)) };
}

/** One delivery to an endpoint. Throws NotFound, also for another endpoint's. */
export async function deliveryById(
  em: EntityManager,
  endpointId: number,
  deliveryId: number,
): Promise<ListedDelivery> {
  const { rows } = await deliveries(sql`
    select * from webhook_deliveries where id = ${deliveryId} and endpoint_id = ${endpointId}`).execute(
    sqlOf(em),
  );
  if (rows[0] === undefined) throw new NotFound('delivery');
  return rows[0];
}
