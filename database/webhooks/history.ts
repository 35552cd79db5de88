import { sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import type { Sort } from '../../domain/sorting.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import type { DeliveryState, WebhookEventType } from '../../domain/webhooks/webhooks.ts';
import type { EntityManager } from '../core/orm.ts';
import { lastPageOf, type Page } from '../core/pagination.ts';
import { type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';
import type { Attempt } from './attempts.ts';
import { isUndelivered } from './undelivered.ts';

/** One delivery in a list. */
export interface ListedDelivery {
  id: number;
  endpointId: number;
  eventId: string;
  type: WebhookEventType;
  state: DeliveryState;
  /** The delivery that this one repeats. */
  replayOf: number | null;
  createdAt: Date;
  nextTryAt: Date | null;
  closedAt: Date | null;
  /** The person whom the event is about. */
  aboutUserId: number | null;
  about: string | null;
  tries: number;
  lastOutcome: AttemptOutcome | null;
  lastStatus: number | null;
}

const delivery = sql`
  d.id, d.endpoint_id as "endpointId", d.event_id as "eventId", e.type, d.state, d.replay_of as "replayOf",
  d.created_at as "createdAt", d.next_try_at as "nextTryAt", d.closed_at as "closedAt",
  (e.data->'user'->>'id')::int as "aboutUserId", e.data->'user'->>'name' as about,
  coalesce(last.number, 0) as tries, last.outcome as "lastOutcome", last.status_code as "lastStatus"`;

const lastAttempt = sql`
  left join lateral (
    select a.number, a.outcome, a.status_code from webhook_attempts a
    where a.delivery_id = d.id order by a.number desc limit 1
  ) last on true`;

/** Which deliveries to list; null means all. `missed`: the event never arrived and is not pending. */
export interface DeliveryFilter {
  state: DeliveryState | 'missed' | null;
  type: WebhookEventType | null;
}

/** What the list can be sorted by. */
export const deliveryColumns = ['event', 'about', 'state', 'last-attempt', 'created'] as const;
export type DeliveryColumn = (typeof deliveryColumns)[number];

/** The order of the list unless a column is chosen. */
export const newestFirst: Sort<DeliveryColumn> = { column: 'created', backwards: true };

/** One page of an endpoint's deliveries, in two statements. */
export async function listDeliveries(
  em: EntityManager,
  endpointId: number,
  { state, type }: DeliveryFilter,
  page = 1,
  sort = newestFirst,
): Promise<Page<ListedDelivery>> {
  const db = sqlOf(em);
  const inState = state === 'missed' ? isUndelivered : state === null ? sql`true` : sql`d.state = ${state}`;
  const ofType = type === null ? sql`true` : sql`e.type = ${type}`;
  const from = sql`webhook_deliveries d join webhook_events e on e.id = d.event_id`;
  const wanted = sql`d.endpoint_id = ${endpointId} and ${inState} and ${ofType}`;
  const { rows } = await sql<ListedDelivery>`
    with page as (${sortedPage({ from, id: sql`d.id`, wanted }, keys[sort.column], sort.backwards, page)})
    select ${delivery} from page
    join webhook_deliveries d on d.id = page.id
    join webhook_events e on e.id = d.event_id ${lastAttempt}
    order by page.place`.execute(db);
  const counted = await sql<{ total: number }>`select count(*) as total from ${from} where ${wanted}`.execute(
    db,
  );
  const { total } = counted.rows[0]!;
  return { rows, total, page, lastPage: lastPageOf(total) };
}

/** Only the state and the time have an index, because deliveries are deleted after a few days. */
const keys: Record<DeliveryColumn, SortKey> = {
  event: { value: sql`e.type` },
  about: { value: sql`lower(e.data->'user'->>'name')` },
  state: { value: sql`d.state` },
  'last-attempt': { value: sql`(select max(a.at) from webhook_attempts a where a.delivery_id = d.id)` },
  created: { value: sql`d.created_at` },
};

/** One attempt in the history. Times are ISO 8601 strings. */
interface ListedAttempt extends Omit<Attempt, 'retryAt'> {
  at: string;
  retryAt: string | null;
}

/** One delivery with its payload and its attempts, newest first. */
export interface ShownDelivery extends ListedDelivery {
  occurredAt: Date;
  /** The body's `data`. */
  data: Record<string, unknown>;
  attempts: ListedAttempt[];
  /** Other deliveries of the same event to the same endpoint. */
  siblings: { id: number; state: DeliveryState }[];
}

/** One delivery to an endpoint. Throws NotFound, also for a delivery to another endpoint. */
export async function deliveryById(
  em: EntityManager,
  endpointId: number,
  deliveryId: number,
): Promise<ShownDelivery> {
  const { rows } = await sql<ShownDelivery>`
    select ${delivery}, e.created_at as "occurredAt", e.data, ${attempts} as attempts, ${siblings} as siblings
    from webhook_deliveries d join webhook_events e on e.id = d.event_id ${lastAttempt}
    where d.id = ${deliveryId} and d.endpoint_id = ${endpointId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('delivery');
  return rows[0];
}

const attempts = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('number', a.number, 'at', a.at, 'url', a.url,
    'requestHeaders', a.request_headers, 'outcome', a.outcome, 'statusCode', a.status_code,
    'durationMs', a.duration_ms, 'response', a.response, 'retryAt', a.retry_at) order by a.number desc), '[]')
  from webhook_attempts a where a.delivery_id = d.id)`;

const siblings = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('id', other.id, 'state', other.state) order by other.id), '[]')
  from webhook_deliveries other
  where other.event_id = d.event_id and other.endpoint_id = d.endpoint_id and other.id <> d.id)`;
