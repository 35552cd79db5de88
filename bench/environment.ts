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

/** The worker looks at every leaver once in this time. */
const aWholeTurnMs = 35_000;

const checkout = fileURLToPath(new URL('../', import.meta.url));

export const admin = { email: 'bench@lastday.example', password: 'eleven patient herons' };
export const secretKey = Buffer.alloc(32, 'bench').toString('base64');

/** A Lastday of its own: both servers, a crowd of people, the web and the worker in processes as in production. */
export interface Place {
  crowd: Crowd;
  address: string;
  databaseUrl: string;
  temporalAddress: string;
  /** Where the web process says how it is. */
  metricsAddress: string;
  /** The process ids of its parts. */
  processes: Record<Part, number>;
  /** Another worker process in its place, which is quiet when this resolves: nothing but what sleeping leavers cost. */
  restartWorker(): Promise<void>;
  /** Resolves when the worker has nothing to do any more. */
  untilQuiet(): Promise<void>;
  stop(): Promise<void>;
}

/** What a place consists of. */
export type Part = 'web' | 'worker' | 'engine' | 'database';

/** How many people a place has. */
export interface Crowd {
  users: number;
  leavers: number;
}

/** Brings a place up in a temporary folder, and waits until its workflows run and all is quiet. */
export async function bringUpPlace(crowd: Crowd, say: (line: string) => void): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-bench-'));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const quiet = () => undefined;
  const cli = await findTemporalCli(join(dataFolder(), 'programs'), quiet);
  const guardian = startWatchdog();
  const pids: Record<string, number> = {};
  const guard = () => guardian.guard({ dataDir: folder, pids: Object.values(pids) });
  guard();
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
    // One token stands for a whole HR system here.
    API_RATE_LIMIT: '1000000',
    LASTDAY_ADMIN_EMAIL: admin.email,
    LASTDAY_ADMIN_PASSWORD: admin.password,
  };
  const never = new AbortController().signal;
  await runScript('migrate', [], env, never);
  await runScript('demo', [], env, never);
  const workflows = join(folder, 'workflows.js');
  await runScript('bundle', [workflows], env, never);
  say(`  making up ${crowd.users} people, ${crowd.leavers} of them leaving`);
  await runScript('seed', ['--users', String(crowd.users), '--leavers', String(crowd.leavers)], env, never);

  async function start(name: string, args: string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Program> {
    const program = await startProgram({
      name,
      command: process.execPath,
      args: [join(checkout, name, 'main.ts'), ...args],
      dataDir: folder,
      env: { ...env, ...more },
      cwd: checkout,
      channel: true,
      endsBy: 'SIGTERM',
      patience: 15_000,
    });
    pids[name] = program.pid;
    guard();
    return program;
  }
  const endOfLog = (name: string) => logTail(logFile(folder, name));
  const web = await start('web', [], { METRICS_PORT: String(metricsPort) });
  let worker = await start('worker', [workflows]);
  const address = `http://127.0.0.1:${port}`;
  const isHealthy = async () => (await fetch(`${address}/health`).catch(() => null))?.ok === true;
  if (!(await until(isHealthy, 120_000, 200)))
    throw new Error(
      `The place did not come up. Its logs end with:\n${['web', 'worker'].map(endOfLog).join('\n')}`,
    );
  const place: Place = {
    crowd,
    address,
    metricsAddress: `http://127.0.0.1:${metricsPort}/metrics`,
    databaseUrl: postgres.appUrl,
    temporalAddress: temporal.address,
    processes: { web: web.pid, worker: worker.pid, engine: temporal.pid, database: postgres.pid },
    untilQuiet: () => untilIdle(place.processes.worker),
    async restartWorker() {
      await worker.stop();
      worker = await start('worker', [workflows]);
      place.processes.worker = worker.pid;
      await pause(aWholeTurnMs);
      await place.untilQuiet();
    },
    async stop() {
      await Promise.all([web.stop(), worker.stop()]);
      await Promise.all([postgres.stop(), temporal.stop()]);
      rmSync(postgresData(folder), { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
      guardian.dismiss();
    },
  };
  say('  waiting until every leaver has a workflow');
  await place.untilQuiet();
  return place;
}
