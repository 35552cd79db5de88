import { fileURLToPath } from 'node:url';
import { type LocalPostgres, startPostgres } from '../../scripts/local/postgres/start.ts';
import { type Program, startProgram } from '../../scripts/local/program.ts';
import { type LocalTemporal, startTemporal } from '../../scripts/local/temporal/start.ts';

interface Running {
  pid: number;
  ended: Promise<void>;
  stop: () => Promise<void>;
}

/** A part of the machine that can be killed and started again in the same place. */
export interface Part<T extends Running = Running> {
  /** What was started last. */
  current: () => T;
  /** As a crash does: nothing is finished, nobody is told. */
  kill(): Promise<void>;
  /** After a kill. */
  start(): Promise<void>;
}

/** Starts a part; `start` is given what ran before, to start in its place. `started` hears of every start. */
async function part<T extends Running>(
  start: (before?: T) => Promise<T>,
  started: () => void,
): Promise<Part<T>> {
  let current = await start();
  return {
    current: () => current,
    async kill() {
      if (isThere(current.pid)) process.kill(current.pid, 'SIGKILL');
      await current.ended;
    },
    async start() {
      current = await start(current);
      started();
    },
  };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const quietly = () => undefined;

/** PostgreSQL as in production: what it has confirmed survives its being killed. */
export const postgresPart = (dataDir: string, started: () => void): Promise<Part<LocalPostgres>> =>
  part((before) => startPostgres({ dataDir, port: before?.port, log: quietly }), started);

export const temporalPart = (
  dataDir: string,
  cli: string,
  started: () => void,
): Promise<Part<LocalTemporal>> =>
  part(
    (before) => startTemporal({ dataDir, cli, port: before?.port, uiPort: before?.uiPort, log: quietly }),
    started,
  );

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A process of Lastday. */
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
