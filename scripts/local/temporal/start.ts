import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { logFile, logTail } from '../logs.ts';
import { freePort, isServed } from '../ports.ts';
import { endProcess, isRunning, until } from '../processes.ts';
import { type Program, startProgram } from '../program.ts';

export interface TemporalOptions {
  /** The path of the Temporal CLI. */
  cli: string;
  /** The folder of Temporal's store and log. It must exist. */
  dataDir: string;
  /** By default a free port of 127.0.0.1, as for `uiPort`. */
  port?: number;
  uiPort?: number;
  log: (line: string) => void;
}

/** A running Temporal server that listens on 127.0.0.1 only. */
export interface LocalTemporal {
  /** The host and port for clients and workers. */
  address: string;
  uiUrl: string;
  port: number;
  uiPort: number;
  pid: number;
  /** Resolves when the server has ended, for any reason. */
  ended: Promise<void>;
  stop: () => Promise<void>;
}

const startTimeoutMs = 60_000;

/** How many times the server is started if it ends before it answers. */
const maxStarts = 3;

/**
 * Starts Temporal's development server on the store in `dataDir`. A server that a killed start left behind is stopped
 * first. If another program takes one of the server's ports first, the server ends at once and is started again.
 */
export async function startTemporal(options: TemporalOptions): Promise<LocalTemporal> {
  await stopLeftoverTemporal(options.dataDir, options.log);
  for (let starts = 1; ; starts++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof EndedAtOnce) || starts === maxStarts) throw error;
      options.log('The Temporal server stopped before it was ready. Starting it again');
    }
  }
}

class EndedAtOnce extends Error {}

async function startOnce(options: TemporalOptions): Promise<LocalTemporal> {
  const { dataDir } = options;
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const server = await startServer(options, port, uiPort);
  writeFileSync(pidFile(dataDir), String(server.pid));

  const address = `127.0.0.1:${port}`;
  const answers = async () => (await isServed(port)) && (await canConnect(address));
  const settled = await until(async () => server.hasEnded() || (await answers()), startTimeoutMs);
  if (!settled || server.hasEnded()) {
    const Failure = server.hasEnded() ? EndedAtOnce : Error;
    await server.stop();
    throw new Failure(
      `The Temporal server didn't start. Its log says:\n${logTail(logFile(dataDir, 'temporal'))}`,
    );
  }
  return { ...server, port, uiPort, address, uiUrl: `http://127.0.0.1:${uiPort}` };
}

/** Stops the server that a killed start left behind. */
export async function stopLeftoverTemporal(dataDir: string, log: (line: string) => void): Promise<void> {
  if (!existsSync(pidFile(dataDir))) return;
  const pid = Number(readFileSync(pidFile(dataDir), 'utf8'));
  if (isRunning(pid, 'start-dev', storeFile(dataDir))) {
    log(`Stopping the Temporal server, left running by an earlier start (process ${pid})`);
    await endProcess(pid, 'SIGTERM', 10_000);
  }
  rmSync(pidFile(dataDir), { force: true });
}

const pidFile = (dataDir: string) => join(dataDir, 'temporal.pid');
const storeFile = (dataDir: string) => join(dataDir, 'temporal.db');

function startServer({ cli, dataDir }: TemporalOptions, port: number, uiPort: number): Promise<Program> {
  const options = [
    ['--ip', '127.0.0.1'],
    ['--port', String(port)],
    ['--ui-port', String(uiPort)],
    ['--db-filename', storeFile(dataDir)],
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', 'synchronous=NORMAL'],
    ['--sqlite-pragma', 'busy_timeout=5000'],
    // Temporal gives an activity at once to the worker that requested it: an Update takes two thirds of the time.
    ['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
    // This server has one shard, which by default polls its task queue at most 20 times a second. Concurrent users
    // would wait up to 50 ms for each task.
    ['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=1000'],
    // A new namespace and its search attributes can be used after the next refresh, which is every 2 s by default.
    ['--dynamic-config-value', 'system.namespaceCacheRefreshInterval="100ms"'],
    ['--log-level', 'error'],
  ];
  return startProgram({
    name: 'temporal',
    command: cli,
    args: ['server', 'start-dev', ...options.flat()],
    dataDir,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    cwd: '/',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  });
}

/** Whether the namespace is served, which happens a little later than the port is open. */
async function canConnect(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1000 });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
    } finally {
      await connection.close();
    }
    return true;
  } catch {
    return false;
  }
}
