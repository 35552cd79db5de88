import { sql } from 'kysely';
import { deleteUsedChallenges } from '../access/second-factors/passkeys.ts';
import { deleteOldRefusals } from '../access/sign-in-refusals.ts';
import { deleteOldRemovals } from '../access/token-limit.ts';
import type { EntityManager } from '../core/orm.ts';
import { runAll } from '../core/run-all.ts';
import { sqlOf } from '../core/tables.ts';
import { deleteOldLines } from '../imports/retention.ts';
import { eraseFormerEmployees } from '../people/due-erasures.ts';
import { deleteOldSecrets } from '../webhooks/secrets.ts';
import { deleteOldKeys } from './idempotency.ts';
import { deleteOldBulkActions, deleteOldEvents, deleteOldMails } from './retention.ts';

/**
 * Deletes all data whose retention is over, each kind in its own transaction, and erases former employees. A failure of
 * one kind stops no other.
 */
export const cleanUp = (em: EntityManager): Promise<void> =>
  runAll([
    ...[
      deleteSentOutboxRows,
      deleteExpiredSessions,
      deleteOldLines,
      deleteOldKeys,
      deleteOldRefusals,
      deleteOldRemovals,
      deleteUsedChallenges,
      deleteOldSecrets,
      deleteOldEvents,
      deleteOldMails,
      deleteOldBulkActions,
    ].map((deleteRows) => () => em.fork().transactional((transaction) => deleteRows(transaction))),
    () => eraseFormerEmployees(em),
  ]);

async function deleteSentOutboxRows(em: EntityManager): Promise<void> {
  await sql`delete from outbox where sent_at < now() - interval '7 days'`.execute(sqlOf(em));
}

async function deleteExpiredSessions(em: EntityManager): Promise<void> {
  await sql`delete from sessions where expire < now()`.execute(sqlOf(em));
}

/** Runs `work` in a transaction unless another holds the advisory lock `name`; returns whether it ran. */
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
