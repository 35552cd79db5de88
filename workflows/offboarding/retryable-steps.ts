import { condition } from '@temporalio/workflow';
import type { CompleteAnswer, RetryAnswer } from '../../domain/offboarding/completion.ts';
import type { Step } from '../../domain/offboarding/failed-steps.ts';
import type { UpdateRequest } from '../../engine/contract.ts';
import { databaseStep, failedForGood } from '../activity-proxies.ts';
import type { OffboardingState } from './state.ts';

/** How long `retry` waits for an answer: less than its caller does, because a step that fails again takes longer. */
const retryTimeout = '2s';

/** Steps that fail for good never fail the workflow: they are shown and recorded, and wait for the Update `retry`. */
export class RetryableSteps {
  private readonly leaver: OffboardingState;

  constructor(leaver: OffboardingState) {
    this.leaver = leaver;
  }

  /** Runs a step until it succeeds; after a failure for good it waits for a retry. */
  run(name: Step, work: () => Promise<unknown>): Promise<void> {
    return this.runUnless(name, work, () => false);
  }

  /** Runs a step like `run`, but stops waiting for a retry once the offboarding is closed. */
  runWhileOpen(name: Step, work: () => Promise<unknown>): Promise<void> {
    return this.runUnless(name, work, () => !this.leaver.isOpen);
  }

  private async runUnless(
    name: Step,
    work: () => Promise<unknown>,
    isPointless: () => boolean,
  ): Promise<void> {
    for (;;) {
      try {
        await work();
        return await this.markRecovered(name);
      } catch (error) {
        if (!failedForGood(error)) throw error;
      }
      const { retries } = this.leaver;
      await this.markFailed(name);
      await condition(() => this.leaver.retries > retries || isPointless());
      if (isPointless()) return this.markRecovered(name);
    }
  }

  /** Answers the Update `retry`: lets the failed steps run again; a failed completion is asked for again. */
  async retry(
    request: UpdateRequest,
    completeOnce: (request: UpdateRequest) => Promise<CompleteAnswer>,
  ): Promise<RetryAnswer> {
    const failed = this.leaver.failedSteps;
    this.leaver.retries++;
    if (failed.includes('completion')) return completeOnce(request);
    const haveRecovered = () => failed.every((name) => !this.leaver.failedSteps.includes(name));
    if (!(await condition(haveRecovered, retryTimeout, { summary: 'Wait to retry' })))
      return { outcome: 'being-tried' };
    // A run that was terminated may have left a failed step in the database.
    await this.recordFailures();
    return { outcome: failed.length === 0 ? 'nothing-failed' : 'recovered' };
  }

  /** Shows and records that a step failed for good. */
  async markFailed(name: Step): Promise<void> {
    const { leaver } = this;
    if (!leaver.failedSteps.includes(name)) leaver.failedSteps = [...leaver.failedSteps, name];
    await this.recordFailures();
  }

  /** Shows and records that a step has succeeded again. */
  async markRecovered(name: Step): Promise<void> {
    const { leaver } = this;
    if (!leaver.failedSteps.includes(name)) return;
    leaver.failedSteps = leaver.failedSteps.filter((failed) => failed !== name);
    await this.recordFailures();
  }

  /** No failed step waits for a person any more. */
  async clearFailures(): Promise<void> {
    if (this.leaver.failedSteps.length === 0) return;
    this.leaver.failedSteps = [];
    await this.recordFailures();
  }

  /** Records the first failed step for the person's page. Temporal's attributes show it even when this fails. */
  private async recordFailures(): Promise<void> {
    const { offboardingId, failedSteps } = this.leaver;
    try {
      await databaseStep('Record what needs attention').recordFailedStep(
        offboardingId,
        failedSteps[0] ?? null,
      );
    } catch (error) {
      if (!failedForGood(error)) throw error;
    }
  }
}
