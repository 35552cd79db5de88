import { condition } from '@temporalio/workflow';
import type { Step } from '../../domain/offboarding/failed-steps.ts';
import { databaseStep, failedForGood } from '../activity-proxies.ts';
import type { OffboardingState } from './state.ts';

/** Steps that fail for good never fail the process: they are shown and recorded, and wait for a person. */
export function retryableSteps(offboardingId: number, state: OffboardingState) {
  /** Runs a step until it is done; one that failed for good waits for `retry`, or until it has lost its point. */
  async function run(name: Step, work: () => Promise<unknown>, isPointless = () => false): Promise<void> {
    for (;;) {
      try {
        await work();
        return await markRecovered(name);
      } catch (error) {
        if (!failedForGood(error)) throw error;
      }
      const { retries } = state;
      await markFailed(name);
      await condition(() => state.retries > retries || isPointless());
      if (isPointless()) return markRecovered(name);
    }
  }

  async function markFailed(name: Step): Promise<void> {
    if (!state.failedSteps.includes(name)) state.failedSteps = [...state.failedSteps, name];
    await recordFailedSteps();
  }

  async function markRecovered(name: Step): Promise<void> {
    if (!state.failedSteps.includes(name)) return;
    state.failedSteps = state.failedSteps.filter((failed) => failed !== name);
    await recordFailedSteps();
  }

  /** Nothing that failed waits for a person any more. */
  async function clearFailures(): Promise<void> {
    if (state.failedSteps.length === 0) return;
    state.failedSteps = [];
    await recordFailedSteps();
  }

  /** For the person's page; the attributes and details say it even when this fails. */
  async function recordFailedSteps(): Promise<void> {
    try {
      const failed = state.failedSteps[0] ?? null;
      await databaseStep('Record what needs attention').recordFailedStep(offboardingId, failed);
    } catch (error) {
      if (!failedForGood(error)) throw error;
    }
  }

  return { run, markFailed, markRecovered, clearFailures, recordFailedSteps };
}
