import { sql } from 'kysely';
import { systemActor } from '../../domain/actor.ts';
import type { AttemptOutcome } from '../../domain/webhooks/attempts.ts';
import { type DisablingReason, failingAfter, hasFailedTooLong } from '../../domain/webhooks/health.ts';
import type { EndpointState } from '../../domain/webhooks/webhooks.ts';
import { hasAccess } from '../access/has-access.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** An endpoint whose row is locked. */
export interface LockedEndpoint {
  id: number;
  url: string;
  state: EndpointState;
  failingSince: Date | null;
  lastFailedAt: Date | null;
}

/** Stores the time and outcome of the last attempt, tests included. */
export async function recordLastAttempt(
  em: EntityManager,
  { id }: LockedEndpoint,
  outcome: AttemptOutcome,
  at: Date,
): Promise<void> {
  await sql`
    update webhook_endpoints set last_tried_at = ${at}, last_outcome = ${outcome} where id = ${id}`.execute(
    sqlOf(em),
  );
}

/** Ends the period of failure after a successful attempt. */
export async function clearFailures(em: EntityManager, { id, failingSince }: LockedEndpoint): Promise<void> {
  if (failingSince === null) return;
  await sql`update webhook_endpoints set failing_since = null, last_failed_at = null where id = ${id}`.execute(
    sqlOf(em),
  );
}

/** Stores a failed attempt. Disables the endpoint when all attempts have failed for five days. */
export async function recordFailure(em: EntityManager, endpoint: LockedEndpoint, now: Date): Promise<void> {
  const { id, failingSince, lastFailedAt } = endpoint;
  const before = failingSince && lastFailedAt && { since: failingSince, last: lastFailedAt };
  const failing = failingAfter(before, now);
  await sql`
    update webhook_endpoints set failing_since = ${failing.since}, last_failed_at = ${failing.last}
    where id = ${id}`.execute(sqlOf(em));
  if (hasFailedTooLong(failing)) await disableEndpoint(em, endpoint, 'failing', now);
}

/** Disables an endpoint until a user turns it on again, stops its deliveries and notifies the super-admins. */
export async function disableEndpoint(
  em: EntityManager,
  { id, url }: LockedEndpoint,
  reason: DisablingReason,
  now: Date,
): Promise<void> {
  const db = sqlOf(em);
  await sql`
    update webhook_endpoints set state = 'disabled', disabled_reason = ${reason}, stopped_at = ${now}
    where id = ${id}`.execute(db);
  const deliveries = await stopDeliveries(em, id, now);
  record(em, systemActor, 'webhook.disabled', null, { endpointId: id, url, reason, deliveries });
  const details = JSON.stringify({ endpointId: id, url, reason, deliveries });
  await sql`
    insert into notifications (user_id, kind, details)
    select id, 'webhook_disabled', ${details}::jsonb from users
    where role = 'super-admin' and ${hasAccess} order by id`.execute(db);
}

/** Closes the pending deliveries of an endpoint, which can be replayed later. Returns their number. */
export async function stopDeliveries(em: EntityManager, endpointId: number, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update webhook_deliveries set state = 'disabled', closed_at = ${now}, next_try_at = null
    where endpoint_id = ${endpointId} and state = 'pending'`.execute(sqlOf(em));
  return Number(numAffectedRows ?? 0);
}
