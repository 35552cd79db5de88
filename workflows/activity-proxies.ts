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

const durably = { initialInterval: '100ms', maximumInterval: '30s' } as const;

/**
 * Asks the world for something in the database, again and again until it succeeds or fails for good. A try
 * is short, so that a person who waits has an answer soon after a worker was killed; a second one may
 * overlap the first.
 */
export const databaseStep = (summary: string) =>
  proxyActivities<Activities>({ startToCloseTimeout: '3s', retry: durably, summary });

/**
 * Reads as a local activity, which costs a fraction of a task on the queue. Not for workflows that answer Updates: two
 * local activities at the same time may finish in another order in a replay.
 */
export const localRead = (summary: string) =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: '3s',
    retry: durably,
    localRetryThreshold: '4s',
    summary,
  });

/**
 * Starts many processes at the engine, and shows that it lives, so that another takes over soon when it was killed. As
 * children of the process that asks they would cost twice as much: each is two more changes of that process.
 */
export const startStep = (summary: string) =>
  proxyActivities<Activities>({
    startToCloseTimeout: '5m',
    heartbeatTimeout: '6s',
    retry: durably,
    summary,
  });

/**
 * Sends over the network, on the queue that may hang. Longer than the patience of a sender, who shows that it
 * lives, so that another takes over soon when it was killed.
 */
export const webhookStep = (summary: string) =>
  proxyActivities<SendingActivities>({
    taskQueue: sendingQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '30s',
    heartbeatTimeout: '6s',
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    summary,
  });

/** Sends a mail. A server may take its time for each step of the conversation, so that the whole may take minutes. */
export const mailStep = (summary: string) =>
  proxyActivities<MailingActivities>({
    taskQueue: mailQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '4m',
    heartbeatTimeout: '6s',
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    summary,
  });

/**
 * Whether an error is a step or a reading that failed for good; a cancelled process is none. What an activity throws
 * comes wrapped, what a local one throws does not.
 */
export const failedForGood = (error: unknown): error is ActivityFailure | ApplicationFailure =>
  (error instanceof ActivityFailure || error instanceof ApplicationFailure) && !isCancellation(error);

/** Whether a step was refused because its asker has long gone on: nothing is broken. */
export const isExpired = ({ cause }: Error): boolean =>
  cause instanceof ApplicationFailure && cause.type === failureTypes.requestExpired;
