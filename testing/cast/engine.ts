import { randomBytes } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, inject } from 'vitest';
import type { Dependencies } from '../../activities/index.ts';
import { webhookSender } from '../../activities/webhooks/sender.ts';
import { makeLog } from '../../config/log.ts';
import { repeat, sleep } from '../../config/loop.ts';
import type { Database } from '../../database/core/orm.ts';
import { secretBox } from '../../database/core/secret-box.ts';
import { allowedRanges } from '../../database/webhooks/address.ts';
import { usualSchedule } from '../../domain/webhooks/schedule.ts';
import {
  allPages,
  createWorkerClient,
  type RunningOffboarding,
  type WorkerClient,
} from '../../engine/client.ts';
import {
  offboardingStart,
  offboardingWorkflow,
  offboardingWorkflowId,
  type UpdateRequest,
} from '../../engine/contract.ts';
import { type WorkerMetrics, workerMetrics } from '../../metrics/worker.ts';
import { createBatchSender, type SendBatch } from '../../worker/batch-sender.ts';
import { bootstrapTemporal } from '../../worker/bootstrap.ts';
import { createReconciler } from '../../worker/reconcile.ts';
import { createRelay } from '../../worker/relay.ts';
import { installRuntime } from '../../worker/runtime.ts';
import { createDeliveryStarter } from '../../worker/starters.ts';
import { createWorkers } from '../../worker/workers.ts';

const log = makeLog('worker', process.env.LOG_LEVEL ?? 'silent');

/** The key that encrypts the secrets of tests. */
export const testKey = Buffer.alloc(32, 'lastday').toString('base64');

/** The dependencies of a test's worker: the file's database, and receivers on this machine. */
export function testDependencies(database: Database): Dependencies & { metrics: WorkerMetrics } {
  const sender = webhookSender(allowedRanges(['127.0.0.1']));
  return {
    database,
    log,
    metrics: workerMetrics(),
    secretBox: secretBox(testKey),
    sender,
    retrySchedule: usualSchedule,
    brokenStepAttempts: 2,
    mail: null,
  };
}

/**
 * Makes a namespace for this test file. Call it once, at the top of a file. Everything that it starts
 * stops after the last test.
 */
export async function ownEngine(database: Database) {
  const address = inject('temporalAddress');
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  const bootstrap = () => bootstrapTemporal(connection, namespace);
  // A new namespace needs some time until every server of Temporal knows it.
  await eventually(() =>
    bootstrap().then(
      () => true,
      () => false,
    ),
  );
  const client = new Client({ connection, namespace });
  // Without the client's own retries, as in a worker process.
  const withoutRetries = await Connection.connect({ address, interceptors: [] });
  const engine = createWorkerClient(withoutRetries, namespace);

  const started = new Set<() => Promise<void>>();
  afterAll(async () => {
    for (const stop of started) await stop();
    await connection.close();
    await withoutRetries.close();
  });

  /** Starts the workers of a worker process. Tests call the relay themselves. */
  async function startWorker(
    dependencies = testDependencies(database),
    options: { concurrentWebhooks?: number } = {},
  ): Promise<{ stop: () => Promise<void> }> {
    const stop = await runWorkers(address, { namespace, dependencies, ...options });
    started.add(stop);
    return {
      async stop() {
        started.delete(stop);
        await stop();
      },
    };
  }

  /** Sends an update to the workflow of an offboarding, as the console does. */
  function ask<Answer, Question extends UpdateRequest>(
    update: UpdateDefinition<Answer, [Question]>,
    offboardingId: number,
    { token = randomBytes(8).toString('hex'), timeoutMs = 20_000, ...question }: Ask<Question>,
  ): Promise<Answer> {
    const args = [{ requestedAt: Date.now(), ...question } as unknown as Question] as [Question];
    const startWorkflowOperation = new WithStartWorkflowOperation(
      offboardingWorkflow,
      offboardingStart({ offboardingId }),
    );
    return connection.withDeadline(Date.now() + timeoutMs, () =>
      client.workflow.executeUpdateWithStart(update, { args, updateId: token, startWorkflowOperation }),
    );
  }

  /** The workflow of an offboarding. */
  const handleOf = (offboardingId: number): WorkflowHandle =>
    client.workflow.getHandle(offboardingWorkflowId(offboardingId));

  const sendBatch = batchSenderFor(engine);
  const relay = createRelay({ database, engine, sendBatch, metrics: workerMetrics() });
  const startDeliveries = createDeliveryStarter({ database, engine, sendBatch });

  /** Runs the relay and the starter of deliveries in a loop, as a worker process does, until the file ends. */
  function keepRelaying(): void {
    const stopping = new AbortController();
    const turn = () => Promise.all([relay(), startDeliveries()]);
    const nextTurn = () => sleep(100, stopping.signal);
    const turning = repeat({ name: 'Relay', work: turn, nextTurn, log, stopping: stopping.signal });
    started.add(async () => {
      stopping.abort();
      await turning;
    });
  }

  return {
    address,
    namespace,
    connection,
    client,
    engine,
    sendBatch,
    relay,
    startDeliveries,
    keepRelaying,
    reconcile: createReconciler({ database, engine, sendBatch, log, lagMs: 0, fullCheckIntervalMs: 0 }),
    startWorker,
    ask,
    handleOf,
    /** Whether an offboarding has a workflow that has completed its first steps. */
    isFollowed: (offboardingId: number): Promise<boolean> =>
      handleOf(offboardingId)
        .describe()
        .then(({ historyLength }) => historyLength > 5)
        .catch(() => false),
  };
}

/** A batch sender that is never stopped. */
export const batchSenderFor = (engine: Pick<WorkerClient, 'isReachable'>): SendBatch =>
  createBatchSender({ engine, log, stopping: new AbortController().signal });

/** Every running offboarding workflow in Temporal's list, by offboarding. */
export async function listed(
  engine: Pick<WorkerClient, 'runningOffboardings'>,
): Promise<Map<number, RunningOffboarding>> {
  const all: [number, RunningOffboarding][] = [];
  for await (const { running } of allPages(engine.runningOffboardings)) all.push(...running);
  return new Map(all);
}

type Ask<Question> = Omit<Question, 'requestedAt'> & {
  requestedAt?: number;
  token?: string;
  timeoutMs?: number;
};

type WorkersOptions = Omit<Parameters<typeof createWorkers>[1], 'workflowBundle'>;

async function runWorkers(address: string, options: WorkersOptions) {
  installOnce();
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = { codePath: inject('workflowBundlePath') };
  const workers = await createWorkers(connection, { ...options, workflowBundle });
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
  };
}

let isInstalled = false;

/** Installs the SDK's runtime once per process. Its log is silent unless `LOG_LEVEL` is set. */
export function installOnce(): void {
  if (!isInstalled) installRuntime(log);
  isInstalled = true;
}

/** Waits until `look` returns a truthy value. Throws after `timeoutMs`: long, because a busy machine is slow, too. */
export async function eventually<T>(look: () => Promise<T>, timeoutMs = 40_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + timeoutMs; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Still not so after ${timeoutMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
