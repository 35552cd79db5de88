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

interface OffboardingsReconcilerDeps {
  engine: Pick<WorkerClient, 'runningOffboardings' | 'countOffboardings'>;
  log: Log;
  /** As in the reconciler, in milliseconds. */
  lagMs: number;
  fullCheckIntervalMs: number;
}

/** How long after a signal a workflow may still show other values before it gets another signal. */
const differenceTimeoutMs = 5 * 60_000;

/**
 * Compares the running workflows with the open offboardings, and signals again those that are missing, show other values
 * or do not know their end. A full check costs time for every waiting leaver, so it runs only when the counts differ
 * from the last good check, or that check is old.
 */
export function createOffboardingsReconciler({
  engine,
  log,
  lagMs,
  fullCheckIntervalMs,
}: OffboardingsReconcilerDeps) {
  /** The time of the last good check, and how many more workflows ran then than offboardings were open. */
  let lastGood: { at: number; surplus: number } | null = null;

  async function reconcileOffboardings(em: EntityManager): Promise<void> {
    if (
      lastGood &&
      Date.now() - lastGood.at < fullCheckIntervalMs &&
      (await surplusOf(em)) === lastGood.surplus
    )
      return;
    const { seen, surplus, different, leftOver } = await checkAll(em);
    const missing = await offboardingsWithoutWorkflow(em, seen);
    const justSignalled = await recentlySignalled(em, missing, lagMs);
    const signalled = await recentlySignalled(em, [...different, ...leftOver], differenceTimeoutMs);
    await repair(em, {
      missing: missing.filter((id) => !justSignalled.has(id)),
      different: different.filter((id) => !signalled.has(id)),
      leftOver: leftOver.filter((id) => !signalled.has(id)),
    });
    // A missing or left-over workflow is checked again at the next turn, because its signal may be lost, and because its
    // count must not hide another one. A different one changes no count.
    const isGood = [missing, leftOver].every((ids) => ids.length === 0);
    lastGood = isGood ? { at: Date.now(), surplus } : null;
  }

  /** A workflow of a closed offboarding may run for months while a failed step waits for a person. */
  const surplusOf = async (em: EntityManager) =>
    (await engine.countOffboardings()) - (await countExpectedWorkflows(em));

  /** Reads page by page and keeps only the id of each workflow. */
  async function checkAll(em: EntityManager) {
    const found: Found = { seen: [], surplus: 0, different: [], leftOver: [] };
    for await (const { running } of allPages(engine.runningOffboardings)) {
      const ids = [...running.keys()];
      const expected = await expectedWorkflows(em, ids);
      const open = new Set(expected.map(idOf));
      const different = expected.filter((each) => differs(each, running.get(each.offboardingId)!));
      found.seen.push(...ids);
      found.surplus += ids.length - open.size;
      found.different.push(...different.map(idOf));
      found.leftOver.push(...ids.filter((id) => !open.has(id) && !running.get(id)!.isOver));
    }
    return found;
  }

  async function repair(em: EntityManager, { missing, different, leftOver }: ToRepair): Promise<void> {
    const counts = { missing: missing.length, different: different.length, leftOver: leftOver.length };
    if (Object.values(counts).every((count) => count === 0)) return;
    // A new workflow starts with the whole snapshot, whatever fact is signalled.
    await signalAgain(em, [...missing, ...leftOver], ['lastDay']);
    await signalAgain(em, different, ['hardware', 'seats', 'requests', 'lastDay', 'department']);
    log.info(counts, 'Reconciled offboardings');
  }

  return reconcileOffboardings;
}

interface Found {
  seen: number[];
  /** How many of them belong to an offboarding that is not open. */
  surplus: number;
  different: number[];
  leftOver: number[];
}

type ToRepair = Record<'missing' | 'different' | 'leftOver', number[]>;

const idOf = ({ offboardingId }: ExpectedWorkflow) => offboardingId;

const differs = (expected: ExpectedWorkflow, running: RunningOffboarding) =>
  expected.endDate !== running.endDate ||
  shownDepartment(expected.department) !== running.department ||
  expected.hardware !== running.hardware ||
  expected.software !== running.seats ||
  expected.requests !== running.requests;
