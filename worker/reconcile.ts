import type { Log } from '../config/log.ts';
import type { Database, EntityManager } from '../database/core/orm.ts';
import { runAll } from '../database/core/run-all.ts';
import { importsUnderWay } from '../database/imports/progress.ts';
import { pendingMails } from '../database/mail/mails.ts';
import { pendingDeliveries } from '../database/webhooks/deliveries.ts';
import { withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import { allPages, type WorkerClient } from '../engine/client.ts';
import { mailWorkflowId, webhookDeliveryWorkflowId } from '../engine/contract.ts';
import type { SendBatch } from './batch-sender.ts';
import { createOffboardingsReconciler } from './reconcile-offboardings.ts';

interface Parts {
  database: Database;
  engine: WorkerClient;
  handOver: SendBatch;
  log: Log;
  /** How long what was done lately may take to show in the engine's lists, in milliseconds. */
  lag?: number;
  /** How long numbers that agree may stand for everything that the workflows show, in milliseconds. */
  trustInNumbers?: number;
}

/** What is read at once of what is pending: no more than can be refused before the database takes us for gone. */
const limit = 100;

/**
 * Compares the engine with the database and mends it: every open offboarding has a workflow that knows it,
 * every pending delivery, every pending mail and every import under way has one. Losing the engine's whole store loses nothing.
 */
export function createReconciler({
  database,
  engine,
  handOver,
  log,
  lag = 15_000,
  trustInNumbers = 5 * 60_000,
}: Parts) {
  const parts = {
    offboardings: createOffboardingsReconciler({ engine, log, lag, trustInNumbers }),
    deliveries: reconcileDeliveries,
    mails: reconcileMails,
    imports: reconcileImports,
  };

  /** Each part by itself, whatever becomes of the others; while another worker does one, this one leaves it. */
  return function reconcile(): Promise<void> {
    return runAll(
      Object.entries(parts).map(
        ([name, part]) =>
          () =>
            withAdvisoryLock(database.em, `reconcile ${name}`, part),
      ),
    );
  };

  async function reconcileDeliveries(em: EntityManager) {
    let running: Set<string> | undefined;
    for (let after = 0; ; ) {
      const pending = await pendingDeliveries(em, { after, ageMs: lag, limit });
      if (pending.length === 0) return;
      running ??= await idsOf(em, engine.runningDeliveries);
      const missing = pending.filter((delivery) => !running!.has(webhookDeliveryWorkflowId(delivery)));
      const { taken, goesOn } = await handOver(missing, engine.startDelivery, ({ id }) => ({
        deliveryId: id,
      }));
      if (taken.length > 0) log.info({ started: taken.length }, 'Deliveries started again');
      if (!goesOn) return;
      after = pending.at(-1)!.id;
    }
  }

  async function reconcileMails(em: EntityManager) {
    let running: Set<string> | undefined;
    for (let after = 0; ; ) {
      const pending = await pendingMails(em, { after, ageMs: lag, limit });
      if (pending.length === 0) return;
      running ??= await idsOf(em, engine.runningMails);
      const missing = pending.filter((mailId) => !running!.has(mailWorkflowId(mailId)));
      const { taken, goesOn } = await handOver(missing, engine.startMail, (mailId) => ({ mailId }));
      if (taken.length > 0) log.info({ started: taken.length }, 'Mails started again');
      if (!goesOn) return;
      after = pending.at(-1)!;
    }
  }

  /** There are few, so nobody looks first whether the workflow runs: starting it then changes nothing. */
  async function reconcileImports(em: EntityManager) {
    await handOver(await importsUnderWay(em), engine.startImport, (importId) => ({ importId }));
  }
}

/** The ids of everything that is listed. Between two pages the database hears of us. */
async function idsOf(em: EntityManager, pageFrom: WorkerClient['runningMails']): Promise<Set<string>> {
  const running = new Set<string>();
  for await (const { ids } of allPages(pageFrom)) {
    for (const id of ids) running.add(id);
    await em.execute('select 1');
  }
  return running;
}
