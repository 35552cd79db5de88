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
import { startWatchdog } from '../../testing/servers/watchdog.ts';
import { Browserlike } from '../../testing/web/web.ts';
import { type Line, layLine } from './line.ts';
import { type Part, postgresPart, programPart, temporalPart } from './parts.ts';

/** A whole Lastday in processes of its own, with lines between them that can be disturbed. */
export type Machine = Awaited<ReturnType<typeof startMachine>>;

export type PartName = 'web' | 'worker' | 'temporal' | 'postgres';
export type LineName = `${'web' | 'worker'} to ${'postgres' | 'temporal'}`;

/** Starts the machine for a proof's file; it ends with the file. `variables` are given to web and worker. */
export async function startMachine(variables: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'lastday-prove-'));
  // PostgreSQL may run as another user, who must be able to enter.
  chmodSync(dataDir, 0o711);
  const guardian = startWatchdog();
  const parts: Partial<Record<PartName, Part>> = {};
  const guard = () => {
    const pids = Object.values(parts).map((part) => part.current().pid);
    guardian.guard({ dataDir, pids });
  };
  guard();
  const [postgres, temporal] = await Promise.all([
    postgresPart(dataDir, guard),
    temporalPart(dataDir, inject('temporalCli'), guard),
  ]);
  Object.assign(parts, { postgres, temporal });
  const { appUrl, ownerUrl } = postgres.current();
  await migrate(ownerUrl, appUrl);

  const lines: Record<LineName, Line> = {
    'web to postgres': await layLine(postgres.current().port),
    'web to temporal': await layLine(temporal.current().port),
    'worker to postgres': await layLine(postgres.current().port),
    'worker to temporal': await layLine(temporal.current().port),
  };
  const port = await freePort();
  const environmentOf = (name: 'web' | 'worker') => ({
    PORT: String(port),
    DATABASE_URL: over(appUrl, lines[`${name} to postgres`]),
    TEMPORAL_ADDRESS: `127.0.0.1:${lines[`${name} to temporal`].port}`,
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
  // It is killed again and again.
  pool.on('error', () => undefined);
  const connection = Connection.lazy({ address: temporal.current().address });
  afterAll(async () => {
    await Promise.all([database.close(), pool.end(), connection.close()]);
    await Promise.all([web.current().stop(), worker.current().stop()]);
    await Promise.all([temporal.current().stop(), postgres.current().stop()]);
    for (const line of Object.values(lines)) await line.close();
    rmSync(postgresData(dataDir), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
    guardian.dismiss();
  });

  const address = `http://127.0.0.1:${port}`;
  const stranger = () => new Browserlike(address);
  const health = () =>
    stranger()
      .get('/health')
      .catch((error: Error) => ({ status: 0, text: error.message }));
  const isHealthy = async () => (await health()).status === 200;
  const logs = () =>
    (['web', 'worker'] as const).map((name) => `${name}:\n${logTail(logFile(dataDir, name))}`).join('\n');

  return {
    dataDir,
    parts: parts as Record<PartName, Part>,
    lines,
    /** The database, by a line of its own that nobody disturbs. */
    database,
    pool,
    ownerUrl,
    client: new Client({ connection }),
    /** Where the web process listens. */
    address,
    stranger,
    /** The ends of what web and worker have logged. */
    logs,
    /** Kills parts at the same moment, and starts them again. */
    async crash(names: readonly PartName[]): Promise<void> {
      await Promise.all(names.map((name) => parts[name]!.kill()));
      await Promise.all(names.map((name) => parts[name]!.start()));
    },
    /** Throws when that takes longer, with what is not healthy and what was logged last. */
    async untilHealthy(patience = 60_000): Promise<void> {
      await eventually(isHealthy, patience).catch(async () => {
        throw new Error(`Not healthy after ${patience} ms: ${(await health()).text}\n${logs()}`);
      });
    },
  };
}

/** The same database at the end of a line. */
function over(url: string, line: Line): string {
  const changed = new URL(url);
  changed.port = String(line.port);
  return changed.href;
}
