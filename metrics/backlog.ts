import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/core/orm.ts';
import { type Backlog, readBacklog } from '../database/engine/backlog.ts';

/** A database that takes longer than this does not answer, in milliseconds: a scraper waits ten seconds at most. */
const patienceMs = 3_000;

const gauges: Record<keyof Backlog, [name: string, help: string]> = {
  unsentRows: ['lastday_outbox_unsent_rows', 'Changes that the engine has not been told yet'],
  oldestUnsentAge: ['lastday_outbox_oldest_unsent_seconds', 'Age of the oldest of them'],
  refusedRows: ['lastday_outbox_refused_rows', 'Those of them that the engine has refused before'],
  openOffboardings: ['lastday_offboardings_open', 'Open offboardings'],
  failedSteps: ['lastday_offboardings_failed_steps', 'Offboardings with a step that has failed for good'],
  dueReminders: ['lastday_reminders_due', 'Reminders whose moment has come and that have not fired'],
  oldestDueReminderAge: ['lastday_reminders_oldest_due_seconds', 'How long the oldest of them is due'],
  pendingDeliveries: ['lastday_webhook_deliveries_pending', 'Webhook deliveries on their way or waiting'],
  pendingMails: ['lastday_mails_pending', 'Mails on their way or waiting'],
  workers: ['lastday_workers_seen', 'Workers that showed a sign of life within 15 s'],
};

/**
 * Adds what the database says of what waits. Read it before each scrape; without an answer `lastday_database_up` is
 * 0, and what is not known is left out.
 */
export function measureBacklog(registry: Registry, database: Database): { read(): Promise<void> } {
  const registers = [registry];
  const up = new Gauge({ name: 'lastday_database_up', help: 'Whether the database has answered', registers });
  // A gauge without labels would start as 0, which is a claim.
  const made = Object.entries(gauges).map(([figure, [name, help]]) => {
    const gauge = new Gauge({ name, help, registers });
    gauge.remove();
    return [figure as keyof Backlog, gauge] as const;
  });
  let reading: Promise<Backlog> | undefined;

  /** One at a time: a database that hangs must not be asked by every scrape again. */
  function standing(): Promise<Backlog> {
    reading ??= readBacklog(database.em.fork(), patienceMs).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<void> {
    const known = await inTime(standing());
    up.set(known === null ? 0 : 1);
    for (const [figure, gauge] of made) {
      if (known === null) gauge.remove();
      else gauge.set(known[figure]);
    }
  }

  return { read };
}

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  try {
    return await Promise.race([work.catch(() => null), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
