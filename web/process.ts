import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { readEnvironment } from '../config/environment.ts';
import { makeLog } from '../config/log.ts';
import { retryUntilReady } from '../config/loop.ts';
import { exitAfterTimeout, usualEndTimeoutMs } from '../config/shutdown-timeout.ts';
import { ensureFirstAdmin } from '../database/access/first-admin.ts';
import { connect } from '../database/core/orm.ts';
import { InvalidInput } from '../domain/failures.ts';
import { connectConsoleClient, measuredConsoleClient } from '../engine/console-client.ts';
import { serveMetrics } from '../metrics/server.ts';
import { webMetrics } from '../metrics/web.ts';
import { createApp } from './app.ts';
import { shutDownGracefully } from './http/graceful-shutdown.ts';

/**
 * A query that takes longer than this is cancelled, in milliseconds. The page then says that the database does not
 * answer.
 */
export const queryTimeoutMs = 8_000;

export interface ProcessOptions {
  /** How long the shutdown may take after DRAIN_SECONDS, in milliseconds. */
  endTimeoutMs?: number;
}

/** Serves the console and the API until SIGTERM, SIGINT, or the parent process ends. */
export async function runWebProcess({ endTimeoutMs = usualEndTimeoutMs }: ProcessOptions = {}) {
  const environment = readEnvironment();
  const log = makeLog('web', environment.LOG_LEVEL);
  const database = await connect(environment.DATABASE_URL, { queryTimeoutMs });
  const metrics = webMetrics();
  const engine = measuredConsoleClient(
    connectConsoleClient(environment.TEMPORAL_ADDRESS, environment.TEMPORAL_NAMESPACE),
    metrics,
  );
  const stopServingMetrics = await serveMetrics({ registry: metrics.registry, database, environment, log });
  const stopping = new AbortController();
  const services = { database, engine, environment, log, metrics, stopping: stopping.signal };
  const server = createServer(await createApp(services));
  server.listen(environment.PORT, environment.HOST, () =>
    log.info({ port: environment.PORT }, 'The web process is listening'),
  );
  const { LASTDAY_ADMIN_EMAIL: email, LASTDAY_ADMIN_PASSWORD: password } = environment;
  if (email && password) void addFirstAdmin(email, password);

  server.on('error', (error) => {
    log.fatal({ err: error }, `Can't listen on ${environment.HOST}:${environment.PORT}. Set PORT or HOST.`);
    process.exit(1);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);

  /** Retries until the database answers; the console runs meanwhile. */
  async function addFirstAdmin(email: string, password: string) {
    const add = () => ensureFirstAdmin(database.em, { email, password }).catch(endForBadPassword);
    await retryUntilReady('The first super admin', add, log, stopping.signal).catch(() => undefined);
  }

  function endForBadPassword(error: unknown) {
    if (!(error instanceof InvalidInput)) throw error;
    log.fatal({ reason: error.message }, "LASTDAY_ADMIN_PASSWORD doesn't meet the password rules");
    process.exit(1);
  }

  /** Waits until load balancers have noticed, then refuses connections and finishes the running requests. */
  async function stop() {
    if (stopping.signal.aborted) return;
    stopping.abort();
    const drainMs = environment.DRAIN_SECONDS * 1000;
    exitAfterTimeout(log, endTimeoutMs + drainMs);
    await pause(drainMs);
    await shutDownGracefully(server);
    await stopServingMetrics();
    await database.close();
    process.exit(0);
  }
}
