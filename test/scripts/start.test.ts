import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readMachine } from '../../config/local-machine.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { postgresData } from '../../scripts/local/postgres-place.ts';
import { isAlive, until } from '../../scripts/local/processes.ts';

const patience = 60_000;
let dataDir: string;
let port: number;
let machine: Started;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'lastday-start-'));
  chmodSync(dataDir, 0o711);
  port = await freePort();
  machine = start();
  await until(() => machine.ended() || machine.output.includes('PostgreSQL: '), patience);
});

afterAll(async () => {
  await machine.end('SIGTERM');
  rmSync(postgresData(dataDir), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true });
});

test('it says on five lines where everything is', () => {
  const ready = machine.output.slice(machine.output.indexOf('Lastday is ready')).trimEnd().split('\n');
  expect(ready).toEqual([
    `Lastday is ready at http://127.0.0.1:${port}`,
    expect.stringMatching(new RegExp(`^Sign in: http://127\\.0\\.0\\.1:${port}/\\S+$`)),
    expect.stringMatching(/^Temporal UI: http:\/\/127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^Temporal: 127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^PostgreSQL: postgresql:\/\/lastday:\S+@127\.0\.0\.1:\d+\/lastday$/),
  ]);
});

test('a second start says where the first one is', async () => {
  const second = start();
  expect(await second.code).toBe(1);
  expect(second.output).toContain(`already running at http://127.0.0.1:${port}`);
});

test('a worker that is killed is reported and started again', async () => {
  const killed = readMachine(dataDir)?.programs.worker as number;
  process.kill(killed, 'SIGKILL');
  const worker = () => readMachine(dataDir)?.programs.worker as number;
  expect(await until(() => worker() !== killed && isAlive(worker()), patience)).toBe(true);
  expect(machine.output).toContain('The worker has ended unexpectedly and is started again');
});

test('after being killed it starts again, and in the end leaves nothing behind', async () => {
  const left = readMachine(dataDir);
  await machine.end('SIGKILL');
  const again = start();
  expect(await until(() => again.ended() || again.output.includes('PostgreSQL: '), patience)).toBe(true);
  expect(again.output).toContain('The last run was killed: clearing up after it');

  const { programs = {} } = readMachine(dataDir) ?? {};
  const servers = [pidIn('postgres/postmaster.pid'), pidIn('temporal.pid')];
  expect(await again.end('SIGTERM')).toBe(0);
  const all = [...Object.values(left?.programs ?? {}), ...Object.values(programs), ...servers];
  expect(all.filter(isAlive)).toEqual([]);
});

const pidIn = (file: string) => Number(readFileSync(join(dataDir, file), 'utf8').split('\n')[0]);

interface Started {
  output: string;
  code: Promise<number | null>;
  ended: () => boolean;
  end: (signal: NodeJS.Signals) => Promise<number | null>;
}

function start(): Started {
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
