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

/** What a failed step is reported to, and when it counts as broken. */
type Told = Pick<Dependencies, 'log' | 'metrics' | 'triesOfBroken'>;

/**
 * The same activities, failing in types that the workflows know and with messages that name nobody: the
 * messages of PostgreSQL hold values of columns, and those of rules hold names. The original goes to the log.
 */
export function withTypedFailures<T extends Record<string, Activity>>(activities: T, told: Told): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, typed(name, activity, told)]);
  return Object.fromEntries(wrapped) as T;
}

const typed =
  (name: string, activity: Activity, { log, metrics, triesOfBroken }: Told): Activity =>
  (...args) =>
    forItsRequest(args, async () => {
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
        throw asFailure(error, attempt, triesOfBroken);
      }
    });

/** What the log says of a step that a request has asked for carries the request's id. */
function forItsRequest<T>([question]: unknown[], work: () => Promise<T>): Promise<T> {
  const { requestId } = (question ?? {}) as { requestId?: unknown };
  return isRequestId(requestId) ? onBehalfOf(requestId, work) : work();
}

/** Enough tries to be sure that it is not one unlucky moment: about three seconds. */
export const usualTriesOfBroken = 6;

function asFailure(error: unknown, attempt: number, triesOfBroken = usualTriesOfBroken): ApplicationFailure {
  if (error instanceof NotFound)
    return ApplicationFailure.nonRetryable('There is no such thing.', failureTypes.notFound);
  if (error instanceof Refusal) {
    return ApplicationFailure.nonRetryable(`A rule forbids this: ${error.code}.`, failureTypes.refused);
  }
  const nonRetryable = attempt >= triesOfBroken && isBroken(error);
  const message = nonRetryable
    ? 'This keeps failing and needs attention; the log says why.'
    : 'This failed; the log says why.';
  return ApplicationFailure.create({ message, type: failureTypes.broken, nonRetryable });
}

/**
 * A defect, or data that the schema refuses: another try will not help. Everything else, first of all a
 * database that is away, is tried for ever.
 */
const isBroken = (error: unknown): boolean =>
  error instanceof InvalidInput ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof ReferenceError ||
  isDataRefused(error);
