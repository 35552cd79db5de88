import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { migrate } from '../../database/core/migrate.ts';
import { connect } from '../../database/core/orm.ts';
import { logFile, logTail } from '../../scripts/local/logs.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { postgresData } from '../../scripts/local/postgres/place.ts';
import { eventually, testKey } from '../../testing/cast/engine.ts';
import { startTcpProxy, type TcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { startWatchdog } from '../../testing/servers/watchdog.ts';
import { Browserlike } from '../../testing/web/web.ts';
import { type Part, postgresPart, programPart, temporalPart } from './parts.ts';

/** PostgreSQL, Temporal, web and worker in their own processes, with TCP proxies between them. */
export type Machine = Awaited<ReturnType<typeof startMachine>>;

export type PartName = 'web' | 'worker' | 'temporal' | 'postgres';
export type ProxyName = `${'web' | 'worker'} to ${'postgres' | 'temporal'}`;

const healthyTimeoutMs = 60_000;

/** Starts the machine; it stops after the file's last test. Web and worker get the `variables`. */
export async function startMachine(variables: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'lastday-prove-'));
  // PostgreSQL may run as another user, who needs access.
  chmodSync(dataDir, 0o711);
  const watchdog = startWatchdog();
  const parts: Partial<Record<PartName, Part>> = {};
  const guard = () => {
    const pids = Object.values(parts).map((part) => part.current().pid);
    watchdog.watch({ dataDir, pids });
  };
  guard();
  const [postgres, temporal] = await Promise.all([
    postgresPart(dataDir, guard),
    temporalPart(dataDir, inject('temporalCli'), guard),
  ]);
  Object.assign(parts, { postgres, temporal });
  const { appUrl, ownerUrl } = postgres.current();
  await migrate(ownerUrl, appUrl);

  const proxies: Record<ProxyName, TcpProxy> = {
    'web to postgres': await startTcpProxy(postgres.current().port),
    'web to temporal': await startTcpProxy(temporal.current().port),
    'worker to postgres': await startTcpProxy(postgres.current().port),
    'worker to temporal': await startTcpProxy(temporal.current().port),
  };
  const port = await freePort();
  const environmentOf = (name: 'web' | 'worker') => ({
    PORT: String(port),
    DATABASE_URL: throughProxy(appUrl, proxies[`${name} to postgres`]),
    TEMPORAL_ADDRESS: `127.0.0.1:${proxies[`${name} to temporal`].port}`,
    TEMPORAL_NAMESPACE: 'default',
    SECRET_KEY: testKey,
    WEBHOOK_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'info',
    ...variables,
  });
  const [worker, web] = await Promise.all([
    programPart('worker', dataDir, environmentOf('worker'), [inject('workflowBundlePath')], guard),
    programPart('web', dataDir, environmentOf('web'), [], guard),
  ]);
  Object.assign(parts, { web, worker });
  guard();

  const database = await connect(appUrl);
  const pool = new pg.Pool({ connectionString: appUrl, max: 4 });
  // The proofs kill PostgreSQL, which ends idle connections with an error.
  pool.on('error', () => undefined);
  const connection = Connection.lazy({ address: temporal.current().address });
  afterAll(async () => {
    await Promise.all([database.close(), pool.end(), connection.close()]);
    await Promise.all([web.current().stop(), worker.current().stop()]);
    await Promise.all([temporal.current().stop(), postgres.current().stop()]);

    rmSync(postgresData(dataDir), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
    watchdog.dismiss();
  });

  const address = `http://127.0.0.1:${port}`;
  const newBrowser = () => new Browserlike(address);
  const health = () =>
    newBrowser()
      .get('/health')
      .catch((error: Error) => ({ status: 0, text: error.message }));
  const isHealthy = async () => (await health()).status === 200;
  const logs = () =>
    (['web', 'worker'] as const).map((name) => `${name}:\n${logTail(logFile(dataDir, name))}`).join('\n');

  return {
    dataDir,
    parts: parts as Record<PartName, Part>,
    proxies,
    /** A direct connection to PostgreSQL, without a proxy. */
    database,
    pool,
    ownerUrl,
    client: new Client({ connection }),
    /** Where the web process listens. */
    address,
    newBrowser,
    /** The last lines of the logs of web and worker. */
    logs,
    /** Kills parts at the same time, and starts them again. */
    async crash(names: readonly PartName[]): Promise<void> {
      await Promise.all(names.map((name) => parts[name]!.kill()));
      await Promise.all(names.map((name) => parts[name]!.start()));
    },
    /** Throws after a minute, with the health answer and the last log lines. */
    async untilHealthy(): Promise<void> {
      await eventually(isHealthy, healthyTimeoutMs).catch(async () => {
        throw new Error(`Not healthy after ${healthyTimeoutMs} ms: ${(await health()).text}\n${logs()}`);
      });
    },
  };
}

/** The same database through a proxy. */
function throughProxy(url: string, proxy: TcpProxy): string {
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}
