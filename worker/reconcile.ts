import { inFlight } from '../activities/in-flight.ts';
import type { Log } from '../config/log.ts';
import { type PendingDelivery, pendingDeliveries } from '../database/deliveries.ts';
import { type Followed, followedOffboardings, toldLately } from '../database/followed.ts';
import { oneAtATime } from '../database/housekeeping.ts';
import { importsUnderWay } from '../database/imports/progress.ts';
import { pendingMails } from '../database/mails.ts';
import type { Database, EntityManager } from '../database/orm.ts';
import { tellAgain } from '../database/outbox.ts';
import { mailWorkflowId, shownDepartment, webhookDeliveryWorkflowId } from '../workflows/messages.ts';
import type { Engine, Running } from './engine.ts';

interface Parts {
  database: Database;
  engine: Engine;
  log: Log;
  /** How long what was done lately may take to show in the engine's lists, in milliseconds. */
  lag?: number;
}

/** A workflow that shows something else than the database although it was told is told again, but not often. */
const patienceWithDifference = 5 * 60_000;
const width = 20;

/**
 * Compares the engine with the database and mends it: every open offboarding has a workflow that knows it,
 * every pending delivery, every pending mail and every import under way has one. Losing the engine's whole store loses nothing.
 */
export function createReconciler({ database, engine, log, lag = 15_000 }: Parts) {
  /** One at a time: while another worker reconciles, this one does nothing. */
  return async function reconcile(): Promise<void> {
    await oneAtATime(database.em, 'reconcile', async (em) => {
      await reconcileOffboardings(em);
      await reconcileDeliveries(em);
      await reconcileMails(em);
      await reconcileImports(em);
    });
  };

  async function reconcileOffboardings(em: EntityManager) {
    const running = await engine.runningOffboardings();
    const followed = await followedOffboardings(em);
    const open = new Set(followed.map((each) => each.offboardingId));
    const missing = followed
      .filter((each) => !running.has(each.offboardingId) && isQuiet(each, lag))
      .map(idOf);
    const different = followed
      .filter(
        (each) => isQuiet(each, patienceWithDifference) && differs(each, running.get(each.offboardingId)),
      )
      .map(idOf);
    const ignorant = [...running].filter(([id, { isOver }]) => !open.has(id) && !isOver).map(([id]) => id);
    const told = await toldLately(em, ignorant, patienceWithDifference);
    const leftOver = ignorant.filter((id) => !told.has(id));
    // A new workflow reads everything itself.
    await tellAgain(em, [...missing, ...leftOver], ['lastDay']);
    await tellAgain(em, different, ['hardware', 'seats', 'requests', 'lastDay', 'department']);
    const counts = { missing: missing.length, different: different.length, leftOver: leftOver.length };
    if (Object.values(counts).some((count) => count > 0)) log.info(counts, 'Offboardings reconciled');
  }

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

const idOf = ({ offboardingId }: Followed) => offboardingId;

const isQuiet = ({ isBeingTold, toldAt }: Followed, ms: number) =>
  !isBeingTold && (toldAt === null || Date.now() - toldAt.getTime() > ms);

const differs = (followed: Followed, running: Running | undefined) =>
  running !== undefined &&
  (followed.endDate !== running.endDate ||
    shownDepartment(followed.department) !== running.department ||
    followed.hardware !== running.hardware ||
    followed.seats !== running.seats ||
    followed.requests !== running.requests);
