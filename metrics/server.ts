import { createServer } from 'node:http';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Environment } from '../config/environment.ts';
import type { Log } from '../config/log.ts';
import type { Database } from '../database/core/orm.ts';
import { measureBacklog } from './backlog.ts';
import { measurePool } from './pool.ts';

interface Parts {
  registry: Registry;
  database: Database;
  environment: Pick<Environment, 'METRICS_PORT' | 'METRICS_HOST'>;
  log: Log;
}

/**
 * Serves the process's metrics at `/metrics` of an address of their own, apart from everything that people reach; only
 * when METRICS_PORT is set. Rejects when it cannot listen there. Returns what ends it.
 */
export async function serveMetrics({ registry, database, environment, log }: Parts) {
  const { METRICS_PORT: port, METRICS_HOST: host } = environment;
  if (port === undefined) return async () => {};
  collectDefaultMetrics({ register: registry });
  await measurePool(registry, database);
  const standing = measureBacklog(registry, database);

  const server = createServer(async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' || path !== '/metrics') return void response.writeHead(404).end();
    try {
      await standing.read();
      response.setHeader('Content-Type', registry.contentType).end(await registry.metrics());
    } catch (error) {
      log.error({ err: error }, 'The metrics could not be read');
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new Error(`Metrics cannot be served (METRICS_PORT): ${message}`)),
    );
    server.listen(port, host, resolve);
  });
  log.info({ host, port }, 'Metrics are served');

  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
