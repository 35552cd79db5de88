import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Dependencies } from '../activities/index.ts';
import { makeLinks } from '../activities/mail/links.ts';
import { smtpMailer } from '../activities/mail/mailer.ts';
import { webhookSender } from '../activities/webhooks/sender.ts';
import { type Environment, mailSender, publicUrl } from '../config/environment.ts';
import type { Log } from '../config/log.ts';
import { repeat, retryUntilReady, sleep } from '../config/loop.ts';
import { connect, type Database } from '../database/core/orm.ts';
import { secretBox } from '../database/core/secret-box.ts';
import { recordHeartbeat, removeHeartbeat } from '../database/engine/heartbeats.ts';
import { mailTokens } from '../database/mail/tokens.ts';
import { cancelAbandonedCompletions } from '../database/offboarding/completion-without-end-date.ts';
import { remindOfWaiting } from '../database/offboarding/handling/due-waiting.ts';
import { allowedRanges } from '../database/webhooks/address.ts';
import { cleanUp, withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import { usualSchedule } from '../domain/webhooks/schedule.ts';
import { createWorkerClient } from '../engine/client.ts';
import { serveMetrics } from '../metrics/server.ts';
import { timed } from '../metrics/timed-calls.ts';
import { type WorkerMetrics, workerMetrics } from '../metrics/worker.ts';
import { createBatchSender } from './batch-sender.ts';
import { bootstrapTemporal } from './bootstrap.ts';
import { type Channel, listenForNotifications } from './notification-listener.ts';
import { createReconciler } from './reconcile.ts';
import { createRelay } from './relay.ts';
import {
  createBulkActionStarter,
  createDeliveryStarter,
  createDigestStarter,
  createImportStarter,
} from './starters.ts';
import { keepWorking, usualShutdownGraceMs } from './workers.ts';

export const usualHeartbeatIntervalMs = 5_000;
/** Until the workers run, because a start that waits for the first heartbeat should not wait for a full interval. */
const firstHeartbeatIntervalMs = 100;
const pollIntervalMs = 1_000;
const importsIntervalMs = 1_000;
const digestIntervalMs = 5_000;
const abandonedIntervalMs = 30_000;
const waitingIntervalMs = 30_000;
const reconcileIntervalMs = 30_000;
const cleanUpIntervalMs = 60 * 60_000;

/** Relay and reconciler hold a connection each, beside those of the activities. */
const poolSize = 20;

/**
 * Longer than any statement takes. Without it the worker would wait a quarter of an hour or for ever for a server that
 * vanished, as at a failover.
 */
export const queryTimeoutMs = 20_000;

export interface RunOptions {
  environment: Environment;
  log: Log;
  workflowBundle: WorkflowBundleOption;
  /** Aborted when the process should end. Running work may take `shutdownGraceMs` to finish. */
  stopping: AbortSignal;
  /** How often the worker writes its heartbeat row. */
  heartbeatIntervalMs?: number;
  shutdownGraceMs?: number;
}

/**
 * Runs everything that a worker process does until `stopping` is aborted. Waits for PostgreSQL and Temporal to come up,
 * and survives an outage of both.
 */
export async function runWorker({
  environment,
  log,
  workflowBundle,
  stopping,
  heartbeatIntervalMs = usualHeartbeatIntervalMs,
  shutdownGraceMs = usualShutdownGraceMs,
}: RunOptions): Promise<void> {
  const { DATABASE_URL, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = environment;
  const database = await connect(DATABASE_URL, { poolSize, queryTimeoutMs });
  const metrics = workerMetrics();
  const stopServing = await serveMetrics({ registry: metrics.registry, database, environment, log });
  await retryUntilReady('Database', () => canRead(database), log, stopping);
  const connection = await retryUntilReady('Temporal', () => connectTemporal(address), log, stopping);
  const bootstrap = () => bootstrapTemporal(connection, namespace);
  await retryUntilReady('Temporal', bootstrap, log, stopping);

  const dependencies = makeDependencies(environment, database, log, metrics);
  const engine = timed(createWorkerClient(connection, namespace), metrics.engineCalled, () => 'failed');
  const sendBatch = createBatchSender({ engine, log, stopping });
  const relay = createRelay({ database, engine, sendBatch, metrics });
  const startDeliveries = createDeliveryStarter({ database, engine, sendBatch });
  const reconcile = createReconciler({ database, engine, sendBatch, log });
  const startDigests = createDigestStarter({ database, engine, sendBatch, isOn: dependencies.mail !== null });
  const startImports = createImportStarter({ database, engine, sendBatch });
  const startBulkActions = createBulkActionStarter({ database, engine, sendBatch });
  const notifications = listenForNotifications(DATABASE_URL, log);
  const workers = keepWorking({
    address,
    namespace,
    dependencies,
    workflowBundle,
    shutdownGraceMs,
    log,
    stopping,
  });
  const name = `${hostname()}-${process.pid}`;

  const loop = (title: string, work: () => Promise<unknown>, nextTurn: () => Promise<unknown>) =>
    repeat({ name: title, work: () => counted(title, work), nextTurn, log, stopping });
  const counted = (title: string, work: () => Promise<unknown>) =>
    work().catch((error) => {
      metrics.loopFailed(title);
      throw error;
    });
  const every = (ms: number) => () => sleep(ms, stopping);
  const whenNotified = (channel: Channel) => {
    const nextNotification = notifications.listener(channel);
    return () => nextNotification(pollIntervalMs);
  };
  const heartbeat = async () =>
    workers.areRunning() && (await engine.isReachable()) && recordHeartbeat(database.em.fork(), name);

  log.info({ address, namespace, name }, 'The worker is ready');
  await Promise.all([
    workers.ended,
    loop('Heartbeat', heartbeat, () =>
      sleep(workers.areRunning() ? heartbeatIntervalMs : firstHeartbeatIntervalMs, stopping),
    ),
    loop('Relay', relay, whenNotified('outbox')),
    loop('Deliveries', startDeliveries, whenNotified('deliveries')),
    loop('Imports', startImports, every(importsIntervalMs)),
    loop('Bulk actions', startBulkActions, every(importsIntervalMs)),
    loop('Digests', startDigests, every(digestIntervalMs)),
    loop('Lost completions', () => cancelAbandonedCompletions(database.em), every(abandonedIntervalMs)),
    loop('Items on hold', () => remindOfWaiting(database.em), every(waitingIntervalMs)),
    loop('Reconcile', () => bootstrap().then(reconcile), every(reconcileIntervalMs)),
    loop('Cleanup', () => withAdvisoryLock(database.em, 'tidy-up', cleanUp), every(cleanUpIntervalMs)),
  ]);

  await notifications.close();
  await removeHeartbeat(database.em.fork(), name).catch(() => undefined);
  await connection.close();
  await stopServing();
  await database.close();
  log.info('The worker has stopped');
}

/**
 * Without the client's own retries, because the loops retry, and one workflow that is just closing must not delay the
 * others.
 */
const connectTemporal = (address: string) => Connection.connect({ address, interceptors: [] });

/** Fails until the migrations have run. */
const canRead = (database: Database) => database.em.fork().execute('select 1 from workspace');

const makeDependencies = (
  environment: Environment,
  database: Database,
  log: Log,
  metrics: WorkerMetrics,
): Dependencies => ({
  database,
  log,
  metrics,
  secretBox: secretBox(environment.SECRET_KEY),
  sender: webhookSender(allowedRanges(environment.WEBHOOK_ALLOW)),
  retrySchedule: usualSchedule,
  mail: mailTransport(environment),
});

const mailTransport = (environment: Environment): Dependencies['mail'] =>
  environment.SMTP_URL === undefined
    ? null
    : {
        mailer: smtpMailer(environment.SMTP_URL, mailSender(environment)),
        links: makeLinks(publicUrl(environment), mailTokens(environment.SECRET_KEY)),
      };
