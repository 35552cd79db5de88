import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { freePort } from '../../scripts/local/ports.ts';
import { postgresData } from '../../scripts/local/postgres/place.ts';
import { until } from '../../scripts/local/processes.ts';

export const timeoutMs = 60_000;

/** A running `npm start`. */
export interface Started {
  output: string;
  code: Promise<number | null>;
  ended: () => boolean;
  end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** A folder and a port for one local instance, which can be started several times. */
export async function ownInstance() {
  const dataDir = mkdtempSync(join(tmpdir(), 'lastday-start-'));
  // PostgreSQL may run as another user, who must be able to enter the folder.
  chmodSync(dataDir, 0o711);
  const port = await freePort();
  return { dataDir, port, start: () => start(dataDir, port), remove: () => remove(dataDir) };
}

/** Waits until it has printed its addresses or has ended. False at the timeout. */
export const untilReady = (machine: Started): Promise<boolean> =>
  until(() => machine.ended() || machine.output.includes('PostgreSQL: '), timeoutMs);

function remove(dataDir: string): void {
  rmSync(postgresData(dataDir), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true });
}

function start(dataDir: string, port: number): Started {
  const child: ChildProcess = spawn(process.execPath, ['scripts/local/main.ts'], {
    env: {
      ...process.env,
      LASTDAY_DATA: dataDir,
      LASTDAY_DEMO: 'off',
      PORT: String(port),
      TEMPORAL_CLI_PATH: inject('temporalCli'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = once(child, 'close').then(([status]) => status as number | null);
  const started: Started = {
    output: '',
    code,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    end: async (signal) => {
      child.kill(signal);
      return code;
    },
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      started.output += text;
    });
  }
  return started;
}
