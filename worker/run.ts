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
import { allowedRanges } from '../database/webhooks/address.ts';
import { cleanUp, withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import { usualSchedule } from '../domain/webhooks/schedule.ts';
import { createWorkerClient } from '../engine/client.ts';
import { serveMetrics } from '../metrics/server.ts';
import { timed } from '../metrics/timed-calls.ts';
import { type WorkerMetrics, workerMetrics } from '../metrics/worker.ts';
import { createBatchSender } from './batch-sender.ts';
import { bootstrapEngine } from './bootstrap.ts';
import { type Channel, listenForNotifications } from './notification-listener.ts';
import { createReconciler } from './reconcile.ts';
import { createRelay } from './relay.ts';
import { createDeliveryStarter, createDigestStarter, createImportStarter } from './starters.ts';
import { keepWorking, usualShutdownGraceMs } from './workers.ts';

export const usualHeartbeatIntervalMs = 5_000;
/** Whoever waits for the first sign of life should not wait for a whole turn. */
const firstHeartbeatWithin = 100;
const lookAtLeastEvery = 1_000;
const startImportsEvery = 1_000;
const digestEvery = 5_000;
const abandonedEvery = 30_000;
const reconcileEvery = 30_000;
const tidyUpEvery = 60 * 60_000;

/** Relay and reconciler hold a connection each while the activities need theirs. */
const poolSize = 20;

/**
 * Longer than any statement takes, in milliseconds: a server that has vanished without a word, as at a failover, would
 * be waited for until the operating system gives up, a quarter of an hour later or never.
 */
export const queryTimeoutMs = 20_000;

export interface RunOptions {
  environment: Environment;
  log: Log;
  workflowBundle: WorkflowBundleOption;
  /** Aborted when the process is to end: what is under way is finished, `shutdownGraceMs` at most. */
  stopping: AbortSignal;
  /** How often the worker shows that it is alive. */
  heartbeatIntervalMs?: number;
  shutdownGraceMs?: number;
}

/**
 * Runs everything a worker process does until it is told to stop. Waits for a database and an engine that
 * are not there yet, and outlives both when they go away.
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
  const connection = await retryUntilReady('Engine', () => connectEngine(address), log, stopping);
  const bootstrap = () => bootstrapEngine(connection, namespace);
  await retryUntilReady('Engine', bootstrap, log, stopping);

  const world = makeWorld(environment, database, log, metrics);
  const engine = timed(createWorkerClient(connection, namespace), metrics.engineCalled, () => 'failed');
  const sendBatch = createBatchSender({ engine, log, stopping });
  const relay = createRelay({ database, engine, sendBatch, metrics });
  const startDeliveries = createDeliveryStarter({ database, engine, sendBatch });
  const reconcile = createReconciler({ database, engine, sendBatch, log });
  const startDigests = createDigestStarter({ database, engine, sendBatch, isOn: world.mail !== null });
  const startImports = createImportStarter({ database, engine, sendBatch });
  const bell = listenForNotifications(DATABASE_URL, log);
  const workers = keepWorking({
    address,
    namespace,
    world,
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
  const whenRung = (channel: Channel) => {
    const rung = bell.listener(channel);
    return () => rung(lookAtLeastEvery);
  };
  const showLife = async () =>
    workers.areRunning() && (await engine.isReachable()) && recordHeartbeat(database.em.fork(), name);

  log.info({ address, namespace, name }, 'The worker is ready');
  await Promise.all([
    workers.ended,
    loop('Heartbeat', showLife, () =>
      sleep(workers.areRunning() ? heartbeatIntervalMs : firstHeartbeatWithin, stopping),
    ),
    loop('Relay', relay, whenRung('outbox')),
    loop('Deliveries', startDeliveries, whenRung('deliveries')),
    loop('Imports', startImports, every(startImportsEvery)),
    loop('Digests', startDigests, every(digestEvery)),
    loop('Lost completions', () => cancelAbandonedCompletions(database.em), every(abandonedEvery)),
    loop('Reconcile', () => bootstrap().then(reconcile), every(reconcileEvery)),
    loop('Tidying up', () => withAdvisoryLock(database.em, 'tidy-up', cleanUp), every(tidyUpEvery)),
  ]);

  await bell.close();
  await removeHeartbeat(database.em.fork(), name).catch(() => undefined);
  await world.sender.close();
  await connection.close();
  await stopServing();
  await database.close();
  log.info('The worker has ended');
}

/**
 * Without the client's own retries: the loops try again themselves, and one workflow that cannot take a signal
 * now, because it is just ending, must not keep the others waiting.
 */
const connectEngine = (address: string) => Connection.connect({ address, interceptors: [] });

/** Also waits for the migrations. */
const canRead = (database: Database) => database.em.fork().execute('select 1 from workspace');

const makeWorld = (
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
  mail: postOffice(environment),
});

const postOffice = (environment: Environment): Dependencies['mail'] =>
  environment.SMTP_URL === undefined
    ? null
    : {
        mailer: smtpMailer(environment.SMTP_URL, mailSender(environment)),
        links: makeLinks(publicUrl(environment), mailTokens(environment.SECRET_KEY)),
      };
