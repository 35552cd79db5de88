import { sql } from 'kysely';
import type pg from 'pg';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The counts and ages of waiting work, for operators. Ages are in seconds, 0 when nothing waits. */
export interface Backlog {
  unsentRows: number;
  oldestUnsentAge: number;
  /** Unsent rows that Temporal has rejected before. */
  refusedRows: number;
  openOffboardings: number;
  failedSteps: number;
  dueReminders: number;
  oldestDueReminderAge: number;
  pendingDeliveries: number;
  pendingMails: number;
  /** Workers with a heartbeat in the last 15 seconds. */
  workers: number;
}

/**
 * Reads the backlog in one statement. Each count uses a partial index of waiting rows, so that history costs nothing.
 * Rejects and closes the connection when the database does not answer within `timeoutMs` milliseconds.
 */
export async function readBacklog(em: EntityManager, timeoutMs: number): Promise<Backlog> {
  const pool = (await em.getConnection().getNativeClient()) as pg.Pool;
  // @types/pg does not declare the driver's `query_timeout`.
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: statement.compile(sqlOf(em)).sql,
    query_timeout: timeoutMs,
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
