import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, MailingActivities, SendingActivities } from '../activities/index.ts';
import { failureTypes } from '../domain/asking.ts';
import { mailQueue, sendingQueue } from './messages.ts';

const durably = { initialInterval: '100ms', maximumInterval: '30s' } as const;

/**
 * Asks the world for something in the database, again and again until it succeeds or fails for good. A try
 * is short, so that a person who waits has an answer soon after a worker was killed; a second one may
 * overlap the first.
 */
export const step = (summary: string) =>
  proxyActivities<Activities>({ startToCloseTimeout: '3s', retry: durably, summary });

/**
 * How a run asks for what is only read: by the worker that runs the process, without the way through the engine, which
 * would cost several times the reading. While the database is away, waits of more than a few seconds are the engine's
 * timers, so that no task stays open. To be called once, where a run begins: runs that began before go on with steps.
 */
export const readings = () => (patched('local-reads') ? reading : step);

/**
 * The same where Updates are answered beside the procedure: by steps. Two local readings at the same time may end in
 * another order than a replay gives them back, and a process that starts a timer after one and answers after the other
 * could then not be replayed. Runs that began with local readings go on with them.
 */
export const readingsBesideUpdates = () => (patched('steps-beside-updates') ? step : readings());

const reading = (summary: string) =>
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
export const starting = (summary: string) =>
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
export const sending = (summary: string) =>
  proxyActivities<SendingActivities>({
    taskQueue: sendingQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '30s',
    heartbeatTimeout: '6s',
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    summary,
  });

/** Sends a mail. A server may take its time for each step of the conversation, so that the whole may take minutes. */
export const mailing = (summary: string) =>
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
export const cameTooLate = ({ cause }: Error): boolean =>
  cause instanceof ApplicationFailure && cause.type === failureTypes.askedTooLongAgo;
