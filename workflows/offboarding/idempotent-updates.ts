import { ApplicationFailure, currentUpdateInfo } from '@temporalio/workflow';
import { Mutex } from 'async-mutex';
import { failureTypes } from '../../domain/offboarding/request-deadline.ts';
import { failedForGood } from '../activity-proxies.ts';
import type { OffboardingState } from './state.ts';

/**
 * Handles Updates one at a time, because handlers interleave at every await, and each update id once. Temporal
 * recognises an update id within one run only, so the answers are kept and carried to the next run.
 */
export function idempotentUpdates(leaver: OffboardingState) {
  const mutex = new Mutex();
  return <Request, Answer>(handle: (request: Request, updateId: string) => Promise<Answer>) =>
    (request: Request): Promise<Answer> => {
      const updateId = currentUpdateInfo()!.id;
      return mutex.runExclusive(async () => {
        const known = leaver.answerTo(updateId);
        if (known !== undefined) return known as Answer;
        try {
          const answer = await handle(request, updateId);
          leaver.remember(updateId, answer);
          return answer;
        } catch (error) {
          throw asFailure(error);
        }
      });
    };
}

/** Any error but an ApplicationFailure fails the workflow task, and Temporal would repeat the task for ever. */
function asFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (failedForGood(error) && error.cause instanceof ApplicationFailure) {
    return ApplicationFailure.nonRetryable(error.cause.message, error.cause.type);
  }
  return ApplicationFailure.nonRetryable('This was interrupted. Try again.', failureTypes.interrupted);
}
