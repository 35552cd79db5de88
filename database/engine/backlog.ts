import { sql } from 'kysely';
import type pg from 'pg';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What waits, and for how long: the figures an operator watches. Ages are in seconds, 0 when nothing waits. */
export interface Backlog {
  unsentRows: number;
  oldestUnsentAge: number;
  /** Unsent rows that the engine has refused before. */
  refusedRows: number;
  openOffboardings: number;
  failedSteps: number;
  dueReminders: number;
  oldestDueReminderAge: number;
  pendingDeliveries: number;
  pendingMails: number;
  /** Workers seen lately. */
  workers: number;
}

/**
 * How things stand, by one statement. Each figure is read from an index of what waits alone, so that a company's
 * past costs nothing. Rejects when the database has not answered within `patienceMs`; the connection is closed then,
 * because nobody knows whether it ever will.
 */
export async function readBacklog(em: EntityManager, patienceMs: number): Promise<Backlog> {
  const pool = (await em.getConnection().getNativeClient()) as pg.Pool;
  // Only the driver knows of such a limit: @types/pg does not.
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: statement.compile(sqlOf(em)).sql,
    query_timeout: patienceMs,
  };
  const { rows } = await pool.query<Backlog>(query);
  return rows[0]!;
}

const ageOf = (column: ReturnType<typeof sql.ref>) =>
  sql`coalesce(extract(epoch from now() - min(${column})), 0)::float8`;

const statement = sql<Backlog>`
    select
      outbox."unsentRows", outbox."oldestUnsentAge", outbox."refusedRows",
      (select count(*) from offboardings where state = 'open') as "openOffboardings",
      (select count(*) from offboardings where failed_step is not null) as "failedSteps",
      reminders."dueReminders", reminders."oldestDueReminderAge",
      (select count(*) from webhook_deliveries where state = 'pending') as "pendingDeliveries",
      (select count(*) from mails where state = 'pending') as "pendingMails",
      (select count(*) from heartbeats where seen_at > now() - interval '15 seconds') as workers
    from (
      select count(*) as "unsentRows", count(*) filter (where attempts > 0) as "refusedRows",
        ${ageOf(sql.ref('created_at'))} as "oldestUnsentAge"
      from outbox where sent_at is null and offboarding_id is not null
    ) outbox, (
      select count(*) as "dueReminders", ${ageOf(sql.ref('due_at'))} as "oldestDueReminderAge"
      from reminders where coalesce(fired_at, skipped_at) is null and due_at <= now()
    ) reminders`;
