import { sql } from 'kysely';
import { sentKeptDays } from '../../domain/retention.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The most events, mails or bulk actions that one run deletes; the next run deletes the rest. */
const batchSize = 5_000;

const cutoff = sql`now() - make_interval(days => ${sentKeptDays})`;

/** SQL condition: every delivery of event `e` closed before the cutoff. */
const hasEnded = sql`not exists (
  select from webhook_deliveries d where d.event_id = e.id and (d.closed_at is null or d.closed_at >= ${cutoff}))`;

/**
 * Deletes webhook events whose last delivery closed before the cutoff, with their deliveries and attempts, oldest
 * first. A pending delivery keeps its event, however old. Runs in the transaction of `em`.
 */
export async function deleteOldEvents(em: EntityManager, limit = batchSize): Promise<void> {
  const db = sqlOf(em);
  const { rows: old } = await sql<{ id: string }>`
    select e.id from webhook_events e where e.created_at < ${cutoff} and ${hasEnded}
    order by e.created_at limit ${limit} for update skip locked`.execute(db);
  // The lock prevents new replays. Only a second statement sees a replay that committed before the lock.
  const { rows } = await sql<{ id: string }>`
    select e.id from webhook_events e where e.id = any(${old.map(({ id }) => id)}::text[]) and ${hasEnded}`.execute(
    db,
  );
  if (rows.length === 0) return;
  const events = sql`${rows.map(({ id }) => id)}::text[]`;
  await sql`
    delete from webhook_attempts a using webhook_deliveries d
    where a.delivery_id = d.id and d.event_id = any(${events})`.execute(db);
  await sql`delete from webhook_deliveries where event_id = any(${events})`.execute(db);
  await sql`delete from webhook_events where id = any(${events})`.execute(db);
}

/** Deletes bulk actions with their items, oldest first. The audit trail keeps what they did. */
export async function deleteOldBulkActions(em: EntityManager, limit = batchSize): Promise<void> {
  await sql`
    delete from bulk_actions where id in (
      select id from bulk_actions where created_at < ${cutoff} order by created_at limit ${limit})`.execute(
    sqlOf(em),
  );
}

/** Deletes mails that closed before the cutoff, oldest first. */
export async function deleteOldMails(em: EntityManager, limit = batchSize): Promise<void> {
  await sql`
    delete from mails where id in (
      select id from mails where closed_at < ${cutoff} order by closed_at limit ${limit} for update skip locked)`.execute(
    sqlOf(em),
  );
}
