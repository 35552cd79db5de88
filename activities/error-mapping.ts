import { Context } from '@temporalio/activity';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { onBehalfOf } from '../config/log.ts';
import { isDataRefused } from '../database/core/postgres-errors.ts';
import { InvalidInput, NotFound, Refusal } from '../domain/failures.ts';
import { failureTypes } from '../domain/offboarding/request-deadline.ts';
import { isRequestId } from '../domain/request-ids.ts';
import type { Dependencies } from './dependencies.ts';

// biome-ignore lint/suspicious/noExplicitAny: the arguments of an activity are its own business
type Activity = (...args: any[]) => Promise<unknown>;

/** Where a failed step is reported, and after how many attempts it counts as broken. */
type FailureReporting = Pick<Dependencies, 'log' | 'metrics' | 'brokenStepAttempts'>;

/**
 * Wraps activities so that they fail with a type from `failureTypes` and a message without personal data.
 * PostgreSQL's messages hold column values and the rules' messages hold names, so the original goes to the log only.
 */
export function withTypedFailures<T extends Record<string, Activity>>(
  activities: T,
  reporting: FailureReporting,
): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    typed(name, activity, reporting),
  ]);
  return Object.fromEntries(wrapped) as T;
}

const typed =
  (name: string, activity: Activity, { log, metrics, brokenStepAttempts }: FailureReporting): Activity =>
  (...args) =>
    withRequestId(args, async () => {
      try {
        return await activity(...args);
      } catch (error) {
        if (error instanceof TemporalFailure) throw error;
        const { attempt, workflowExecution } = Context.current().info;
        log.error(
          { err: error, activity: name, attempt, workflowId: workflowExecution?.workflowId },
          'A step failed',
        );
        metrics.stepFailed(name);
        throw asFailure(error, attempt, brokenStepAttempts);
      }
    });

/** Adds the id of the request that caused a step to the step's log lines. */
function withRequestId<T>([input]: unknown[], work: () => Promise<T>): Promise<T> {
  const { requestId } = (input ?? {}) as { requestId?: unknown };
  return isRequestId(requestId) ? onBehalfOf(requestId, work) : work();
}

/** Six attempts take about three seconds, so a short outage does not count as a broken step. */
export const usualBrokenStepAttempts = 6;

function asFailure(
  error: unknown,
  attempt: number,
  brokenStepAttempts = usualBrokenStepAttempts,
): ApplicationFailure {
  if (error instanceof NotFound) return ApplicationFailure.nonRetryable('Not found.', failureTypes.notFound);
  if (error instanceof Refusal) {
    return ApplicationFailure.nonRetryable(`A rule forbids this: ${error.code}.`, failureTypes.refused);
  }
  const nonRetryable = attempt >= brokenStepAttempts && isBroken(error);
  const message = nonRetryable
    ? 'This keeps failing and needs attention. See the worker log.'
    : 'This failed. See the worker log.';
  return ApplicationFailure.create({ message, type: failureTypes.broken, nonRetryable });
}

/**
 * Whether a retry cannot help: a defect, or data that the schema refuses. All other errors are retried for ever,
 * above all those of an unreachable database.
 */
const isBroken = (error: unknown): boolean =>
  error instanceof InvalidInput ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof ReferenceError ||
  isDataRefused(error);
