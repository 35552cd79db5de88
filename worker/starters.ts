import { waitingBulkActions } from '../database/bulk/execute.ts';
import type { Database } from '../database/core/orm.ts';
import { importsStarting } from '../database/imports/progress.ts';
import { createDueDigests } from '../database/mail/digests.ts';
import { withholdAll } from '../database/mail/mails.ts';
import { markStarted, unstartedDeliveries } from '../database/webhooks/deliveries.ts';
import { withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import type { WorkerClient } from '../engine/client.ts';
import type { SendBatch } from './batch-sender.ts';

/** What starts the workflows of rows that no other workflow starts. */
interface StarterDeps {
  database: Database;
  engine: Pick<WorkerClient, 'startUnlessRunning'>;
  sendBatch: SendBatch;
}

/** A larger batch could exceed `idle_in_transaction_session_timeout` while Temporal refuses it. */
const batchSize = 100;

/**
 * Starts the deliveries that no leaver's workflow starts: those of every event but a completion, tests and replays. One
 * worker does it at a time. No row is locked, because the attempts write to the same rows. Throws when Temporal refused
 * some, so that the loop waits before it tries again.
 */
export const createDeliveryStarter =
  ({ database, engine, sendBatch }: StarterDeps) =>
  async (): Promise<void> => {
    let refusals = 0;
    await withAdvisoryLock(database.em, 'deliveries', async (em) => {
      for (let after = 0; ; ) {
        const batch = await unstartedDeliveries(em, { after, limit: batchSize });
        if (batch.length === 0) return;
        const { taken, refused, goesOn } = await sendBatch(
          batch,
          (delivery) => engine.startUnlessRunning('delivery', delivery),
          ({ id }) => ({ deliveryId: id }),
        );
        await markStarted(
          database.em.fork(),
          taken.map(({ id }) => id),
        );
        refusals += refused.length;
        if (!goesOn) return;
        after = batch.at(-1)!.id;
      }
    });
    if (refusals > 0) throw new Error(`Temporal refused ${refusals} deliveries`);
  };

/**
 * Makes each person's mail of the day from their notifications, and starts the mails. One worker does it at a time. The
 * reconciler starts a mail whose start failed. Without a mail server all mails are withheld.
 */
export const createDigestStarter =
  ({
    database,
    engine,
    sendBatch,
    isOn,
    quietMs = 60_000,
  }: StarterDeps & { isOn: boolean; quietMs?: number }) =>
  async (): Promise<void> => {
    if (!isOn) return withholdAll(database.em.fork());
    const mails: number[] = [];
    await withAdvisoryLock(database.em, 'digests', async (em) => {
      mails.push(...(await createDueDigests(em, quietMs)));
    });
    await sendBatch(
      mails,
      (mailId) => engine.startUnlessRunning('mail', mailId),
      (mailId) => ({ mailId }),
    );
  };

/** Starts the imports that someone has started in the console or over the API. */
export const createImportStarter =
  ({ database, engine, sendBatch }: StarterDeps) =>
  async (): Promise<void> => {
    await sendBatch(
      await importsStarting(database.em),
      (importId) => engine.startUnlessRunning('import', importId),
      (importId) => ({ importId }),
    );
  };

/** Starts the bulk actions that are too long for the console. The reconciler starts the rest of a longer list. */
export const createBulkActionStarter =
  ({ database, engine, sendBatch }: StarterDeps) =>
  async (): Promise<void> => {
    await sendBatch(
      await waitingBulkActions(database.em, { after: 0, limit: batchSize }),
      (bulkId) => engine.startUnlessRunning('bulk', bulkId),
      (bulkId) => ({ bulkId }),
    );
  };
