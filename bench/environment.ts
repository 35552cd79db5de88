import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../config/local-instance.ts';
import { logFile, logTail } from '../scripts/local/logs.ts';
import { freePort } from '../scripts/local/ports.ts';
import { postgresData } from '../scripts/local/postgres/place.ts';
import { startPostgres } from '../scripts/local/postgres/start.ts';
import { until } from '../scripts/local/processes.ts';
import { type Program, startProgram } from '../scripts/local/program.ts';
import { runScript } from '../scripts/local/run-script.ts';
import { findTemporalCli } from '../scripts/local/temporal/cli.ts';
import { startTemporal } from '../scripts/local/temporal/start.ts';
import { startWatchdog } from '../testing/servers/watchdog.ts';
import { untilIdle } from './processes.ts';

/** The worker reconciles every leaver once in this time. */
const reconciliationCycleMs = 35_000;

const checkout = fileURLToPath(new URL('../', import.meta.url));

export const admin = { email: 'bench@lastday.example', password: 'eleven patient herons' };
export const secretKey = Buffer.alloc(32, 'bench').toString('base64');

/** A separate Lastday: both servers, many people, and the web and worker processes as in production. */
export interface BenchEnvironment {
  population: Population;
  address: string;
  databaseUrl: string;
  /** The same database with the owner's role. */
  ownerUrl: string;
  temporalAddress: string;
  /** Where the web process serves its metrics. */
  metricsAddress: string;
  /** The process ids. */
  processes: Record<ProcessName, number>;
  /** Starts another web process, with the usual limit of API calls. */
  startWeb(): Promise<{ address: string; stop(): Promise<void> }>;
  /** Restarts the worker and resolves when it is idle, so that it holds only what sleeping workflows cost. */
  restartWorker(): Promise<void>;
  /** Resolves when the worker is idle. */
  untilQuiet(): Promise<void>;
  stop(): Promise<void>;
}

/** The processes of an environment, as the report names them. */
type ProcessName = 'web' | 'worker' | 'temporal' | 'database';

/** The number of people, and how many of them are leaving. */
export interface Population {
  users: number;
  leavers: number;
}

/** Starts an environment in a temporary folder, and waits until all workflows run and the worker is idle. */
export async function startEnvironment(
  population: Population,
  say: (line: string) => void,
): Promise<BenchEnvironment> {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-bench-'));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const quiet = () => undefined;
  const cli = await findTemporalCli(join(dataFolder(), 'programs'), quiet);
  const watchdog = startWatchdog();
  const pids: Record<string, number> = {};
  const watch = () => watchdog.watch({ dataDir: folder, pids: Object.values(pids) });
  watch();
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir: folder, durable: true, log: quiet }),
    startTemporal({ dataDir: folder, cli, log: quiet }),
  ]);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    PORT: String(port),
    DATABASE_URL: postgres.appUrl,
    MIGRATION_DATABASE_URL: postgres.ownerUrl,
    TEMPORAL_ADDRESS: temporal.address,
    SECRET_KEY: secretKey,
    WEBHOOK_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'warn',
    // One token makes all calls of an HR system here.
    API_RATE_LIMIT: '1000000',
    LASTDAY_ADMIN_EMAIL: admin.email,
    LASTDAY_ADMIN_PASSWORD: admin.password,
  };
  const never = new AbortController().signal;
  await runScript('migrate', [], env, never);
  await runScript('demo', [], env, never);
  const workflows = join(folder, 'workflows.js');
  await runScript('bundle', [workflows], env, never);
  say(`  making up ${population.users} people, ${population.leavers} of them leaving`);
  await runScript(
    'seed',
    ['--users', String(population.users), '--leavers', String(population.leavers)],
    env,
    never,
  );

  async function start(
    name: string,
    args: string[] = [],
    more: NodeJS.ProcessEnv = {},
    folderOfProgram = name,
  ): Promise<Program> {
    const program = await startProgram({
      name,
      command: process.execPath,
      args: [join(checkout, folderOfProgram, 'main.ts'), ...args],
      dataDir: folder,
      env: { ...env, ...more },
      cwd: checkout,
      channel: true,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 15_000,
    });
    pids[name] = program.pid;
    watch();
    return program;
  }
  const endOfLog = (name: string) => logTail(logFile(folder, name));
  const web = await start('web', [], { METRICS_PORT: String(metricsPort) });
  let worker = await start('worker', [workflows]);
  const address = `http://127.0.0.1:${port}`;
  const isHealthy = (of: string) => async () => (await fetch(`${of}/health`).catch(() => null))?.ok === true;
  if (!(await until(isHealthy(address), 120_000, 200)))
    throw new Error(
      `The environment did not start. Its logs end with:\n${['web', 'worker'].map(endOfLog).join('\n')}`,
    );
  const environment: BenchEnvironment = {
    population,
    address,
    metricsAddress: `http://127.0.0.1:${metricsPort}/metrics`,
    databaseUrl: postgres.appUrl,
    ownerUrl: postgres.ownerUrl,
    temporalAddress: temporal.address,
    processes: { web: web.pid, worker: worker.pid, temporal: temporal.pid, database: postgres.pid },
    untilQuiet: () => untilIdle(environment.processes.worker),
    async startWeb() {
      const [own, ownMetrics] = [await freePort(), await freePort()];
      const variables = { PORT: String(own), METRICS_PORT: String(ownMetrics), API_RATE_LIMIT: undefined };
      const second = await start('second-web', [], variables, 'web');
      const besides = `http://127.0.0.1:${own}`;
      if (!(await until(isHealthy(besides), 120_000, 200))) throw new Error(endOfLog('second-web'));
      return { address: besides, stop: second.stop };
    },
    async restartWorker() {
      await worker.stop();
      worker = await start('worker', [workflows]);
      environment.processes.worker = worker.pid;
      await pause(reconciliationCycleMs);
      await environment.untilQuiet();
    },
    async stop() {
      await Promise.all([web.stop(), worker.stop()]);
      await Promise.all([postgres.stop(), temporal.stop()]);
      rmSync(postgresData(folder), { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
      watchdog.dismiss();
    },
  };
  say('  waiting until every leaver has a workflow');
  await environment.untilQuiet();
  return environment;
}
