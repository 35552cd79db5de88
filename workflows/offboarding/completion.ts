import { condition } from '@temporalio/workflow';
import { isClear } from '../../domain/offboarding/checklist.ts';
import type { CompleteAnswer } from '../../domain/offboarding/completion.ts';
import type { UpdateRequest } from '../../engine/contract.ts';
import { databaseStep, failedForGood, isExpired, startStep } from '../activity-proxies.ts';
import { readChecklist } from './checklist.ts';
import type { RetryableSteps } from './retryable-steps.ts';
import type { OffboardingState } from './state.ts';
import { publishLater } from './visibility.ts';

/** Completes the offboarding when nothing is open, or answers what still is. */
export async function completeIfClear(
  leaver: OffboardingState,
  steps: RetryableSteps,
  request: UpdateRequest,
): Promise<CompleteAnswer> {
  await condition(() => leaver.isKnown || !leaver.isOpen);
  // A signal may still be on its way, so read again before refusing.
  const counts = leaver.isOpen && !isClear(leaver.counts) ? await readChecklist(leaver) : leaver.counts;
  if (!leaver.isOpen) return databaseStep('Read the result').closedAnswer(leaver.offboardingId);
  // Without an end date it may have been opened for this completion: then the database refuses and cancels it.
  const hasEndDate = leaver.lastDay.date !== null;
  // Snapshots of different ages may contradict each other, so report the counts that were read together.
  if (hasEndDate && !isClear(leaver.counts))
    return { outcome: 'still-open', counts: isClear(counts) ? leaver.counts : counts };
  return finalize(leaver, steps, request);
}

/** Status, end date, reports, audit, notification and the webhook event are one transaction of the database. */
async function finalize(
  leaver: OffboardingState,
  steps: RetryableSteps,
  { actor, requestedAt, requestId }: UpdateRequest,
): Promise<CompleteAnswer> {
  const { offboardingId } = leaver;
  leaver.isFinalizing = true;
  publishLater(leaver);
  try {
    const apply = leaver.startRead();
    const { answer, snapshot } = await databaseStep('Complete the offboarding').complete({
      offboardingId,
      actor,
      requestedAt,
      requestId,
    });
    apply(snapshot);
    await steps.markRecovered('completion');
    return ownFirstAttempt(answer, actor) ?? answer;
  } catch (error) {
    if (failedForGood(error) && !isExpired(error)) await steps.markFailed('completion');
    throw error;
  } finally {
    leaver.isFinalizing = false;
  }
}

/** A first attempt may have committed without an answer, so that the second one finds its own completion. */
const ownFirstAttempt = (answer: CompleteAnswer, actor: string): CompleteAnswer | null =>
  answer.outcome === 'already-completed' && answer.by === actor ? { ...answer, outcome: 'completed' } : null;

/** Starts the workflow of each webhook delivery and mail of the completion. They outlive the leaver's workflow. */
export const startWebhooksAndMails = (offboardingId: number): Promise<void> =>
  startStep('Start webhooks and emails').startSending(offboardingId);
