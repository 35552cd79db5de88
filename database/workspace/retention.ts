import { sql } from 'kysely';
import { sentKeptDays } from '../../domain/retention.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** How many events, and how many mails, one turn deletes at most: the rest is left to the next. */
const most = 5_000;

const longAgo = sql`now() - make_interval(days => ${sentKeptDays})`;

/** Whether nothing of an event `e` is on its way, nor has been lately. */
const isOver = sql`not exists (
  select from webhook_deliveries d where d.event_id = e.id and (d.closed_at is null or d.closed_at >= ${longAgo}))`;

/**
 * Deletes webhook events, with every delivery and try, whose last delivery ended long ago, the oldest first. One that
 * is on its way stays, however old. In the transaction of `em`.
 */
export async function deleteOldEvents(em: EntityManager, limit = most): Promise<void> {
  const db = sqlOf(em);
  const { rows: old } = await sql<{ id: string }>`
    select e.id from webhook_events e where e.created_at < ${longAgo} and ${isOver}
    order by e.created_at limit ${limit} for update skip locked`.execute(db);
  // Locked, nobody sends one again. Whoever was quicker than the lock is seen by another statement alone.
  const { rows } = await sql<{ id: string }>`
    select e.id from webhook_events e where e.id = any(${old.map(({ id }) => id)}::text[]) and ${isOver}`.execute(
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

/** Deletes mails that were sent, given up or withheld long ago, the oldest first. */
export async function deleteOldMails(em: EntityManager, limit = most): Promise<void> {
  await sql`
    delete from mails where id in (
      select id from mails where closed_at < ${longAgo} order by closed_at limit ${limit} for update skip locked)`.execute(
    sqlOf(em),
  );
}
