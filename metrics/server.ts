import { createServer } from 'node:http';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Environment } from '../config/environment.ts';
import type { Log } from '../config/log.ts';
import type { Database } from '../database/core/orm.ts';
import { measureBacklog } from './backlog.ts';
import { measurePool } from './pool.ts';

interface MetricsServerDeps {
  registry: Registry;
  database: Database;
  environment: Pick<Environment, 'METRICS_PORT' | 'METRICS_HOST'>;
  log: Log;
}

/**
 * Serves the process's metrics at `/metrics`, on a port that users do not reach. Does nothing without METRICS_PORT.
 * Rejects when it cannot listen. Returns a function that stops the server.
 */
export async function serveMetrics({ registry, database, environment, log }: MetricsServerDeps) {
  const { METRICS_PORT: port, METRICS_HOST: host } = environment;
  if (port === undefined) return async () => {};
  collectDefaultMetrics({ register: registry });
  await measurePool(registry, database);
  const backlog = measureBacklog(registry, database);

  const server = createServer(async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' || path !== '/metrics') return void response.writeHead(404).end();
    try {
      await backlog.read();
      response.setHeader('Content-Type', registry.contentType).end(await registry.metrics());
    } catch (error) {
      log.error({ err: error }, "The metrics couldn't be read");
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new Error(`Can't serve metrics (METRICS_PORT): ${message}`)),
    );
    server.listen(port, host, resolve);
  });
  log.info({ host, port }, 'Serving metrics');

  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
