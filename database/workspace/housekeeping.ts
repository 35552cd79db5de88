import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { runAll } from '../core/run-all.ts';
import { sqlOf } from '../core/tables.ts';
import { deleteOldLines } from '../imports/retention.ts';
import { deleteOldSecrets } from '../webhooks/secrets.ts';
import { deleteOldKeys } from './idempotency.ts';
import { deleteOldEvents, deleteOldMails } from './retention.ts';

/**
 * Deletes what nobody needs any more: outbox rows sent more than 7 days ago, sessions that have expired, old imports'
 * lines, old keys of calls, secrets of webhooks that were replaced a day ago, and what was sent 90 days ago.
 */
export const cleanUp = (em: EntityManager): Promise<void> =>
  runAll(
    [
      forgetSentChanges,
      forgetOldSessions,
      deleteOldLines,
      deleteOldKeys,
      deleteOldSecrets,
      deleteOldEvents,
      deleteOldMails,
    ].map((forget) => () => em.fork().transactional((transaction) => forget(transaction))),
  );

async function forgetSentChanges(em: EntityManager): Promise<void> {
  await sql`delete from outbox where sent_at < now() - interval '7 days'`.execute(sqlOf(em));
}

async function forgetOldSessions(em: EntityManager): Promise<void> {
  await sql`delete from sessions where expire < now()`.execute(sqlOf(em));
}

/** Runs `work` in a transaction unless another one runs under the same name now; returns whether it ran. */
export const withAdvisoryLock = (
  em: EntityManager,
  name: string,
  work: (em: EntityManager) => Promise<void>,
): Promise<boolean> =>
  em.fork().transactional(async (transaction) => {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(${name})) as taken`.execute(sqlOf(transaction));
    if (rows[0]!.taken) await work(transaction);
    return rows[0]!.taken;
  });
