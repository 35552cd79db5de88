import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import {
  createActivities,
  createMailingActivities,
  createSendingActivities,
  type Dependencies,
} from '../activities/index.ts';
import type { Log } from '../config/log.ts';
import { repeat } from '../config/loop.ts';
import { mailQueue, sendingQueue, taskQueue } from '../engine/contract.ts';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** Bundles the workflows' code for the sandbox they run in: about two seconds. */
export const bundleWorkflows = (): Promise<{ code: string }> =>
  bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });

interface WorkersOptions {
  namespace: string;
  world: Dependencies;
  workflowBundle: WorkflowBundleOption;
  queue?: string;
  /** How many webhooks are sent at the same time: far more than one endpoint may take, so that a dozen that hang leave room. */
  sendingPlaces?: number;
  /** How long activities that run may take to finish when the worker is told to end. */
  shutdownGraceMs?: number;
}

/** What is under way when a worker is told to end has so many milliseconds to finish. */
export const usualShutdownGraceMs = 10_000;

/** The workers of a process: one for the workflows and their database, one for webhooks, one for mail. */
export const createWorkers = (
  connection: NativeConnection,
  {
    namespace,
    world,
    workflowBundle,
    queue = taskQueue,
    sendingPlaces = 200,
    shutdownGraceMs = usualShutdownGraceMs,
  }: WorkersOptions,
): Promise<Worker[]> => {
  const common = { connection, namespace, shutdownGraceTime: shutdownGraceMs };
  return Promise.all([
    Worker.create({
      ...common,
      taskQueue: queue,
      workflowBundle,
      activities: createActivities(world),
      // Each cached workflow holds memory; one that is not cached is replayed from its short history.
      maxCachedWorkflows: 300,
      // How long the engine waits for a worker that was killed before another one takes over its workflows.
      stickyQueueScheduleToStartTimeout: '1s',
    }),
    Worker.create({
      ...common,
      taskQueue: sendingQueue(queue),
      activities: createSendingActivities(world),
      maxConcurrentActivityTaskExecutions: sendingPlaces,
      // Well within the heartbeat timeout of sending.
      maxHeartbeatThrottleInterval: '2s',
    }),
    Worker.create({
      ...common,
      taskQueue: mailQueue(queue),
      activities: createMailingActivities(world),
      // Each has a connection of its own, and mail servers do not like many from one client.
      maxConcurrentActivityTaskExecutions: 5,
      maxHeartbeatThrottleInterval: '2s',
    }),
  ]);
};

interface RunningOptions extends WorkersOptions {
  address: string;
  log: Log;
  stopping: AbortSignal;
}

/** Keeps the workers running until told to stop; makes new ones when the engine was away for too long. */
export function keepWorking({ address, log, stopping, ...options }: RunningOptions) {
  let workers: Worker[] = [];

  async function work() {
    const connection = await NativeConnection.connect({ address });
    try {
      workers = await createWorkers(connection, options);
      await untilOneEnds(workers, stopping);
    } finally {
      workers = [];
      await connection.close();
    }
  }

  return {
    areRunning: () => workers.length > 0 && workers.every((worker) => worker.getState() === 'RUNNING'),
    ended: repeat({ name: 'Working for the engine', work, nextTurn: async () => {}, log, stopping }),
  };
}

/** Runs workers until they are told to stop; when one fails, ends the others too. */
async function untilOneEnds(workers: Worker[], stopping: AbortSignal): Promise<void> {
  const endAll = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  stopping.addEventListener('abort', endAll, { once: true });
  try {
    const running = workers.map((worker) => worker.run().finally(endAll));
    if (stopping.aborted) endAll();
    const ended = await Promise.allSettled(running);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  } finally {
    stopping.removeEventListener('abort', endAll);
  }
}
