import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, MailingActivities, SendingActivities } from '../activities/index.ts';
import { failureTypes } from '../domain/offboarding/request-deadline.ts';
import { mailQueue, sendingQueue } from '../engine/contract.ts';

const retryForever = { initialInterval: '100ms', maximumInterval: '30s' } as const;

/**
 * Runs an activity on the database, and retries it until it succeeds or fails for good. An attempt is short, because a
 * person may wait for the answer after a worker was killed. A second attempt may overlap the first.
 */
export const databaseStep = (summary: string) =>
  proxyActivities<Activities>({ startToCloseTimeout: '3s', retry: retryForever, summary });

/**
 * Reads as a local activity, which costs a fraction of a task on the queue. Not for workflows that answer Updates: two
 * local activities at the same time may finish in another order in a replay.
 */
export const localRead = (summary: string) =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: '3s',
    retry: retryForever,
    localRetryThreshold: '4s',
    summary,
  });

/**
 * Starts many workflows, with heartbeats so that another worker takes over soon. As child workflows they would cost twice
 * as much, because each adds two events to the parent.
 */
export const startStep = (summary: string) =>
  proxyActivities<Activities>({
    startToCloseTimeout: '5m',
    heartbeatTimeout: '6s',
    retry: retryForever,
    summary,
  });

/**
 * Sends a webhook, on a task queue that may hang. The timeout is longer than the sender's own, and heartbeats let another
 * worker take over soon.
 */
export const webhookStep = (summary: string) =>
  proxyActivities<SendingActivities>({
    taskQueue: sendingQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '30s',
    heartbeatTimeout: '6s',
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    summary,
  });

/** Sends a mail. It may take minutes, because a server may be slow at each step of SMTP. */
export const mailStep = (summary: string) =>
  proxyActivities<MailingActivities>({
    taskQueue: mailQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '4m',
    heartbeatTimeout: '6s',
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    summary,
  });

/**
 * Whether a step or a read failed for good. A cancelled workflow is not a failure. The error of an activity arrives
 * wrapped, that of a local activity does not.
 */
export const failedForGood = (error: unknown): error is ActivityFailure | ApplicationFailure =>
  (error instanceof ActivityFailure || error instanceof ApplicationFailure) && !isCancellation(error);

/** Whether a step was refused because its request had expired, so that nothing is broken. */
export const isExpired = ({ cause }: Error): boolean =>
  cause instanceof ApplicationFailure && cause.type === failureTypes.requestExpired;
