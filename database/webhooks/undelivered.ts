import { sql } from 'kysely';
import { testEventType } from '../../domain/webhooks/webhooks.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * SQL condition: delivery `d` is the last one of event `e`, which never arrived at the endpoint and is not pending.
 * Tests do not count.
 */
export const isUndelivered = sql`(
  d.state in ('failed', 'disabled') and e.type <> ${sql.lit(testEventType)} and not exists (
    select from webhook_deliveries other
    where other.event_id = d.event_id and other.endpoint_id = d.endpoint_id
      and (other.state in ('pending', 'delivered') or other.id > d.id)))`;

/** The number of undelivered events of an endpoint, and when the first of their last deliveries closed. */
export async function undeliveredTo(
  em: EntityManager,
  endpointId: number,
): Promise<{ count: number; since: Date | null }> {
  const { rows } = await sql<{ count: number; since: Date | null }>`
    select count(*) as count, min(d.closed_at) as since
    from webhook_deliveries d join webhook_events e on e.id = d.event_id
    where d.endpoint_id = ${endpointId} and ${isUndelivered}`.execute(sqlOf(em));
  return rows[0]!;
}
