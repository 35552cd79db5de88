import { inFlight } from '../activities/in-flight.ts';
import type { Log } from '../config/log.ts';
import { type PendingDelivery, pendingDeliveries } from '../database/deliveries.ts';
import { oneAtATime } from '../database/housekeeping.ts';
import { importsUnderWay } from '../database/imports/progress.ts';
import { pendingMails } from '../database/mails.ts';
import type { Database, EntityManager } from '../database/orm.ts';
import { mailWorkflowId, webhookDeliveryWorkflowId } from '../workflows/messages.ts';
import type { Engine } from './engine.ts';
import { createOffboardingsReconciler } from './reconcile-offboardings.ts';

interface Parts {
  database: Database;
  engine: Engine;
  log: Log;
  /** How long what was done lately may take to show in the engine's lists, in milliseconds. */
  lag?: number;
  /** How long numbers that agree may stand for everything that the workflows show, in milliseconds. */
  trustInNumbers?: number;
}

const width = 20;

/**
 * Compares the engine with the database and mends it: every open offboarding has a workflow that knows it,
 * every pending delivery, every pending mail and every import under way has one. Losing the engine's whole store loses nothing.
 */
export function createReconciler({
  database,
  engine,
  log,
  lag = 15_000,
  trustInNumbers = 5 * 60_000,
}: Parts) {
  const reconcileOffboardings = createOffboardingsReconciler({ engine, log, lag, trustInNumbers });

  /** One at a time: while another worker reconciles, this one does nothing. */
  return async function reconcile(): Promise<void> {
    await oneAtATime(database.em, 'reconcile', async (em) => {
      await reconcileOffboardings(em);
      await reconcileDeliveries(em);
      await reconcileMails(em);
      await reconcileImports(em);
    });
  };

  async function reconcileDeliveries(em: EntityManager) {
    const limit = 1_000;
    let running: Set<string> | undefined;
    for (let after = 0; ; ) {
      const pending = await pendingDeliveries(em, { after, ageMs: lag, limit });
      if (pending.length === 0) return;
      running ??= await engine.runningDeliveries();
      await startMissing(pending, running);
      after = pending.at(-1)!.id;
    }
  }

  async function reconcileMails(em: EntityManager) {
    const limit = 1_000;
    let running: Set<string> | undefined;
    for (let after = 0; ; ) {
      const pending = await pendingMails(em, { after, ageMs: lag, limit });
      if (pending.length === 0) return;
      running ??= await engine.runningMails();
      const missing = pending.filter((mailId) => !running!.has(mailWorkflowId(mailId)));
      await inFlight(missing, width, async (mailId) => void (await engine.post(mailId)));
      if (missing.length > 0) log.info({ missing: missing.length }, 'Mails started again');
      after = pending.at(-1)!;
    }
  }

  /** There are few, so nobody looks first whether the workflow runs: starting it then changes nothing. */
  async function reconcileImports(em: EntityManager) {
    for (const importId of await importsUnderWay(em)) await engine.carryOutImport(importId);
  }

  async function startMissing(pending: PendingDelivery[], running: Set<string>) {
    const missing = pending.filter((delivery) => !running.has(webhookDeliveryWorkflowId(delivery)));
    await inFlight(missing, width, async (delivery) => void (await engine.deliver(delivery)));
    if (missing.length > 0) log.info({ missing: missing.length }, 'Deliveries started again');
  }
}
