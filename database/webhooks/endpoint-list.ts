import { sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import type { DisablingReason } from '../../domain/webhooks/health.ts';
import type { ChosenEventType, EndpointState } from '../../domain/webhooks/webhooks.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { isUndelivered } from './undelivered.ts';

/** An endpoint with its health and delivery counts. */
export interface ListedEndpoint {
  id: number;
  url: string;
  description: string | null;
  eventTypes: ChosenEventType[];
  state: EndpointState;
  stoppedAt: Date | null;
  disabledReason: DisablingReason | null;
  failingSince: Date | null;
  /** When the replaced secret expires; null when there is none. */
  previousSecretUntil: Date | null;
  createdAt: Date;
  /** Pending deliveries. */
  pending: number;
  /** Events that never arrived and are not pending. */
  missed: number;
  lastTriedAt: Date | null;
  lastOutcome: AttemptOutcome | null;
}

const listedEndpoint = sql`
  select p.id, p.url, p.description, p.event_types as "eventTypes", p.state, p.stopped_at as "stoppedAt",
    p.disabled_reason as "disabledReason", p.failing_since as "failingSince",
    case when p.previous_secret_until > now() then p.previous_secret_until end as "previousSecretUntil",
    p.created_at as "createdAt",
    (select count(*) from webhook_deliveries d where d.endpoint_id = p.id and d.state = 'pending') as pending,
    (select count(*) from webhook_deliveries d join webhook_events e on e.id = d.event_id
      where d.endpoint_id = p.id and ${isUndelivered}) as missed,
    p.last_tried_at as "lastTriedAt", p.last_outcome as "lastOutcome"
  from webhook_endpoints p`;

/** The endpoints that were not removed, oldest first, in one statement. */
export async function listEndpoints(em: EntityManager): Promise<ListedEndpoint[]> {
  const { rows } = await sql<ListedEndpoint>`
    ${listedEndpoint} where p.state <> 'deleted' order by p.id`.execute(sqlOf(em));
  return rows;
}

/** One endpoint. Includes removed endpoints, because their history stays visible. Throws NotFound. */
export async function endpointById(em: EntityManager, id: number): Promise<ListedEndpoint> {
  const { rows } = await sql<ListedEndpoint>`${listedEndpoint} where p.id = ${id}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('webhook endpoint');
  return rows[0];
}
