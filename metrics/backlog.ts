import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/core/orm.ts';
import { type Backlog, readBacklog } from '../database/engine/backlog.ts';

/** Below a scraper's usual timeout of ten seconds. A slower database counts as down. */
const queryTimeoutMs = 3_000;

const gauges: Record<keyof Backlog, [name: string, help: string]> = {
  unsentRows: ['lastday_outbox_unsent_rows', 'Changes not yet sent to Temporal'],
  oldestUnsentAge: ['lastday_outbox_oldest_unsent_seconds', 'Age of the oldest unsent change'],
  refusedRows: ['lastday_outbox_refused_rows', 'Unsent changes that Temporal has refused at least once'],
  openOffboardings: ['lastday_offboardings_open', 'Open offboardings'],
  failedSteps: ['lastday_offboardings_failed_steps', 'Offboardings with a failed step'],
  dueReminders: ['lastday_reminders_due', 'Reminders that are due but not sent'],
  oldestDueReminderAge: [
    'lastday_reminders_oldest_due_seconds',
    'How long the oldest unsent reminder has been due',
  ],
  pendingDeliveries: ['lastday_webhook_deliveries_pending', 'Pending webhook deliveries'],
  pendingMails: ['lastday_mails_pending', 'Pending emails'],
  workers: ['lastday_workers_seen', 'Workers with a heartbeat in the last 15 s'],
};

/**
 * Adds gauges for the backlog in the database. Call `read` before each scrape. If the database does not answer,
 * `lastday_database_up` is 0 and the other gauges have no value.
 */
export function measureBacklog(registry: Registry, database: Database): { read(): Promise<void> } {
  const registers = [registry];
  const up = new Gauge({ name: 'lastday_database_up', help: 'Whether the database responded', registers });
  // A gauge without labels starts at 0, which would be a wrong value.
  const made = Object.entries(gauges).map(([figure, [name, help]]) => {
    const gauge = new Gauge({ name, help, registers });
    gauge.remove();
    return [figure as keyof Backlog, gauge] as const;
  });
  let reading: Promise<Backlog> | undefined;

  /** Reads once at a time, because a hanging database must not get a new query with every scrape. */
  function readOnce(): Promise<Backlog> {
    reading ??= readBacklog(database.em.fork(), queryTimeoutMs).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<void> {
    const known = await withTimeout(readOnce());
    up.set(known === null ? 0 : 1);
    for (const [figure, gauge] of made) {
      if (known === null) gauge.remove();
      else gauge.set(known[figure]);
    }
  }

  return { read };
}

async function withTimeout<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), queryTimeoutMs);
  });
  try {
    return await Promise.race([work.catch(() => null), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
