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

/** The worker process, started as in production, with relay, reconcile and heartbeat. */
export interface WorkerProcess {
  child: ChildProcess;
  /** Its log lines so far: none, unless LOG_LEVEL is set. */
  lines: string[];
  /** Waits for its first heartbeat. */
  untilAlive(): Promise<void>;
  /** Sends SIGKILL, like a crash. */
  kill(): Promise<void>;
}

/**
 * Starts a worker process for a file's database and namespace. It stops after the file's last test. With `options` it
 * runs `worker-main.ts`, because `worker/main.ts` takes none.
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

/** Checks its own heartbeat, because a killed worker leaves an old one. */
async function untilAlive({ pid }: ChildProcess, url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const hasHeartbeat = async () => {
    const { rows } = await client.query('select from heartbeats where worker = $1', [`${hostname()}-${pid}`]);
    return rows.length > 0;
  };
  await eventually(hasHeartbeat).finally(() => client.end());
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
