import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import type { ProcessOptions } from '../../worker/process.ts';
import { eventually, testKey } from '../cast/engine.ts';
import type { OwnDatabase } from './database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A worker in a process of its own, as in production: relay, reconcile and heartbeat included. */
export interface WorkerProcess {
  child: ChildProcess;
  /** What it has written to its log so far: nothing, unless LOG_LEVEL says otherwise. */
  lines: string[];
  /** Until it has shown that it lives. */
  untilAlive(): Promise<void>;
  /** As a crash does: nothing is finished, nobody is told. */
  kill(): Promise<void>;
}

/**
 * Starts a worker process for a file's database and namespace; it ends with the file. With options it is one of the
 * tests' own, because the real one takes none.
 */
export function startWorkerProcess(
  { url }: Pick<OwnDatabase, 'url'>,
  namespace: string,
  variables: Record<string, string> = {},
  options?: Omit<ProcessOptions, 'codePath'>,
): WorkerProcess {
  const codePath = inject('workflowBundlePath');
  const program =
    options === undefined
      ? ['worker/main.ts', codePath]
      : ['testing/servers/worker-main.ts', JSON.stringify({ ...options, codePath })];
  const child = spawn(process.execPath, program, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      SECRET_KEY: testKey,
      WEBHOOK_ALLOW: '127.0.0.1',
      LOG_LEVEL: 'silent',
      ...variables,
    },
  });
  afterAll(() => end(child, 'SIGTERM'));
  const lines: string[] = [];
  createInterface(child.stdout!).on('line', (line) => lines.push(line));
  return {
    child,
    lines,
    untilAlive: () => untilAlive(child, url),
    kill: () => end(child, 'SIGKILL'),
  };
}

/** By its own sign of life: one that was killed before has left its last. */
async function untilAlive({ pid }: ChildProcess, url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const isThere = async () => {
    const { rows } = await client.query('select from heartbeats where worker = $1', [`${hostname()}-${pid}`]);
    return rows.length > 0;
  };
  await eventually(isThere, 20_000).finally(() => client.end());
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
