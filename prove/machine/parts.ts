import { fileURLToPath } from 'node:url';
import { type LocalPostgres, startPostgres } from '../../scripts/local/postgres/start.ts';
import { type Program, startProgram } from '../../scripts/local/program.ts';
import { type LocalTemporal, startTemporal } from '../../scripts/local/temporal/start.ts';

interface Running {
  pid: number;
  ended: Promise<void>;
  stop: () => Promise<void>;
}

/** A process of the machine that can be killed and restarted with the same port and data. */
export interface Part<T extends Running = Running> {
  /** The running one, or the last that ran. */
  current: () => T;
  /** Sends SIGKILL, like a crash. */
  kill(): Promise<void>;
  /** Restarts it after `kill`. */
  start(): Promise<void>;
}

/** Starts a part; `start` gets the previous process to reuse its port. `onStart` is called after each restart. */
async function part<T extends Running>(
  start: (before?: T) => Promise<T>,
  onStart: () => void,
): Promise<Part<T>> {
  let current = await start();
  return {
    current: () => current,
    async kill() {
      if (isRunning(current.pid)) process.kill(current.pid, 'SIGKILL');
      await current.ended;
    },
    async start() {
      current = await start(current);
      onStart();
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const noLog = () => undefined;

/** PostgreSQL with durable commits, as in production. */
export const postgresPart = (dataDir: string, started: () => void): Promise<Part<LocalPostgres>> =>
  part((before) => startPostgres({ dataDir, port: before?.port, log: noLog }), started);

export const temporalPart = (
  dataDir: string,
  cli: string,
  started: () => void,
): Promise<Part<LocalTemporal>> =>
  part(
    (before) => startTemporal({ dataDir, cli, port: before?.port, uiPort: before?.uiPort, log: noLog }),
    started,
  );

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The web or the worker process. */
export const programPart = (
  name: 'web' | 'worker',
  dataDir: string,
  env: NodeJS.ProcessEnv,
  args: string[],
  started: () => void,
): Promise<Part<Program>> =>
  part(
    () =>
      startProgram({
        name,
        command: process.execPath,
        args: [`${root}/${name}/main.ts`, ...args],
        dataDir,
        env: { ...process.env, ...env },
        cwd: root,
        channel: true,
        stopSignal: 'SIGTERM',
        stopTimeoutMs: 15_000,
      }),
    started,
  );
