import type { Log } from '../config/log.ts';
import type { EntityManager } from '../database/core/orm.ts';
import {
  countExpectedWorkflows,
  type ExpectedWorkflow,
  expectedWorkflows,
  offboardingsWithoutWorkflow,
  recentlySignalled,
} from '../database/engine/expected-workflows.ts';
import { signalAgain } from '../database/engine/outbox.ts';
import { allPages, type RunningOffboarding, type WorkerClient } from '../engine/client.ts';
import { shownDepartment } from '../engine/contract.ts';

interface Parts {
  engine: Pick<WorkerClient, 'runningOffboardings' | 'countOffboardings'>;
  log: Log;
  /** In milliseconds, as the reconciler has them. */
  lagMs: number;
  fullCheckIntervalMs: number;
}

/** A workflow that shows something else than the database although it was told is told again, but not often. */
const patienceWithDifference = 5 * 60_000;

/**
 * Holds the running workflows against the open offboardings and has those told again that are missing, that show
 * something else, or that have not heard of their end. To look at each of them costs the engine and the worker
 * something for every leaver who only sleeps: while the numbers are as they were when all was in order, they are looked
 * at only now and then.
 */
export function createOffboardingsReconciler({ engine, log, lagMs, fullCheckIntervalMs }: Parts) {
  /** When everything was last found in order, and how many more workflows ran then than offboardings were open. */
  let inOrder: { at: number; surplus: number } | null = null;

  async function reconcileOffboardings(em: EntityManager): Promise<void> {
    if (inOrder && Date.now() - inOrder.at < fullCheckIntervalMs && (await surplusOf(em)) === inOrder.surplus)
      return;
    const { seen, surplus, different, leftOver } = await lookAtAll(em);
    const missing = await offboardingsWithoutWorkflow(em, seen);
    const onTheirWay = await recentlySignalled(em, missing, lagMs);
    const told = await recentlySignalled(em, [...different, ...leftOver], patienceWithDifference);
    await mend(em, {
      missing: missing.filter((id) => !onTheirWay.has(id)),
      different: different.filter((id) => !told.has(id)),
      leftOver: leftOver.filter((id) => !told.has(id)),
    });
    // While one is missing or left over the next turn looks again, whether it was told of now or lately: what it was
    // told may still be lost, and its number must not hide another's. One that shows something else changes no number.
    const isInOrder = [missing, leftOver].every((ids) => ids.length === 0);
    inOrder = isInOrder ? { at: Date.now(), surplus } : null;
  }

  /** Those whose offboarding is closed and that wait for a person with a step that failed may run for months. */
  const surplusOf = async (em: EntityManager) =>
    (await engine.countOffboardings()) - (await countExpectedWorkflows(em));

  /** Page by page: of each workflow only its id is kept. */
  async function lookAtAll(em: EntityManager) {
    const found: Found = { seen: [], surplus: 0, different: [], leftOver: [] };
    for await (const { running } of allPages(engine.runningOffboardings)) {
      const ids = [...running.keys()];
      const followed = await expectedWorkflows(em, ids);
      const open = new Set(followed.map(idOf));
      const different = followed.filter((each) => differs(each, running.get(each.offboardingId)!));
      found.seen.push(...ids);
      found.surplus += ids.length - open.size;
      found.different.push(...different.map(idOf));
      found.leftOver.push(...ids.filter((id) => !open.has(id) && !running.get(id)!.isOver));
    }
    return found;
  }

  async function mend(em: EntityManager, { missing, different, leftOver }: ToMend): Promise<void> {
    const counts = { missing: missing.length, different: different.length, leftOver: leftOver.length };
    if (Object.values(counts).every((count) => count === 0)) return;
    // A new workflow begins with everything, whichever fact it is told.
    await signalAgain(em, [...missing, ...leftOver], ['lastDay']);
    await signalAgain(em, different, ['hardware', 'seats', 'requests', 'lastDay', 'department']);
    log.info(counts, 'Offboardings reconciled');
  }

  return reconcileOffboardings;
}

interface Found {
  seen: number[];
  /** How many of them follow an offboarding that is not open. */
  surplus: number;
  different: number[];
  leftOver: number[];
}

type ToMend = Record<'missing' | 'different' | 'leftOver', number[]>;

const idOf = ({ offboardingId }: ExpectedWorkflow) => offboardingId;

const differs = (followed: ExpectedWorkflow, running: RunningOffboarding) =>
  followed.endDate !== running.endDate ||
  shownDepartment(followed.department) !== running.department ||
  followed.hardware !== running.hardware ||
  followed.software !== running.seats ||
  followed.requests !== running.requests;
