import { ApplicationFailure, currentUpdateInfo } from '@temporalio/workflow';
import { Mutex } from 'async-mutex';
import { failureTypes } from '../../domain/offboarding/request-deadline.ts';
import { failedForGood } from '../activity-proxies.ts';
import type { OffboardingState } from './state.ts';

/**
 * Answers Updates one at a time, since handlers interleave at every await, and each only once: the engine
 * tells equal update ids apart within a run only, so ids and answers are kept and carried on.
 */
export function idempotentUpdates(state: OffboardingState) {
  const turn = new Mutex();
  return <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const updateId = currentUpdateInfo()!.id;
    return turn.runExclusive(async () => {
      const known = state.answerTo(updateId);
      if (known !== undefined) return known as Answer;
      try {
        const answer = await work();
        state.remember(updateId, answer);
        return answer;
      } catch (error) {
        throw asFailure(error);
      }
    });
  };
}

/** Any other error than an ApplicationFailure would make the engine repeat the handler for ever. */
function asFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (failedForGood(error) && error.cause instanceof ApplicationFailure) {
    return ApplicationFailure.nonRetryable(error.cause.message, error.cause.type);
  }
  return ApplicationFailure.nonRetryable('This was interrupted, please ask again.', failureTypes.interrupted);
}
