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

/** Bundles the workflows' code for their sandbox, which takes about two seconds. */
export const bundleWorkflows = (): Promise<{ code: string }> =>
  bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });

interface WorkersOptions {
  namespace: string;
  dependencies: Dependencies;
  workflowBundle: WorkflowBundleOption;
  queue?: string;
  /** How many webhooks are sent at the same time: many more than one endpoint may take, because a dozen may hang. */
  concurrentWebhooks?: number;
  /** How long running activities may take to finish at a shutdown. */
  shutdownGraceMs?: number;
}

/** How long running activities may take to finish at a shutdown. */
export const usualShutdownGraceMs = 10_000;

/** The workers of a process: one for the workflows and their database, one for webhooks, one for mail. */
export const createWorkers = (
  connection: NativeConnection,
  {
    namespace,
    dependencies,
    workflowBundle,
    queue = taskQueue,
    concurrentWebhooks = 200,
    shutdownGraceMs = usualShutdownGraceMs,
  }: WorkersOptions,
): Promise<Worker[]> => {
  const common = { connection, namespace, shutdownGraceTime: shutdownGraceMs };
  return Promise.all([
    Worker.create({
      ...common,
      taskQueue: queue,
      workflowBundle,
      activities: createActivities(dependencies),
      // Each cached workflow holds memory. Any other one is replayed from its short history.
      maxCachedWorkflows: 300,
      // How long Temporal waits for a killed worker before another one takes over its workflows.
      stickyQueueScheduleToStartTimeout: '1s',
    }),
    Worker.create({
      ...common,
      taskQueue: sendingQueue(queue),
      activities: createSendingActivities(dependencies),
      maxConcurrentActivityTaskExecutions: concurrentWebhooks,
      // Well within the heartbeat timeout of `webhookStep`.
      maxHeartbeatThrottleInterval: '2s',
    }),
    Worker.create({
      ...common,
      taskQueue: mailQueue(queue),
      activities: createMailingActivities(dependencies),
      // Each mail has its own connection, and mail servers limit the connections of one client.
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

/** Keeps the workers running until `stopping` is aborted, and makes new ones after an outage of Temporal. */
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
    ended: repeat({ name: 'Workers', work, nextTurn: async () => {}, log, stopping }),
  };
}

/** Runs workers until `stopping` is aborted. When one fails, the others stop too. */
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
