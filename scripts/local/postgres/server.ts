import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { logFile, logTail } from '../logs.ts';
import { freePort } from '../ports.ts';
import { until } from '../processes.ts';
import { type Program, startProgram } from '../program.ts';
import { superuser } from './cluster.ts';
import type { PostgresOptions, PostgresPlace } from './place.ts';

/** How long a failing start is retried, because a killed server may free its resources a little later. */
const retryTimeoutMs = 5000;

/** Includes the recovery after a power cut. */
const startTimeoutMs = 60_000;

/** Starts the server and returns when the superuser can connect. Throws with the end of its log when it fails. */
export async function launchPostgres(place: PostgresPlace, options: PostgresOptions, password: string) {
  const deadline = Date.now() + retryTimeoutMs;
  do {
    const port = options.port ?? (await freePort());
    const server = await startServer(place, port, options);
    if (await answers(server, port, password)) return { ...server, port };
    await server.stop();
    await sleep(250);
  } while (Date.now() < deadline);
  throw new Error(`PostgreSQL didn't start. Its log says:\n${logTail(logFile(options.dataDir, 'postgres'))}`);
}

function startServer(place: PostgresPlace, port: number, { dataDir, durable = true }: PostgresOptions) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return startProgram({
    name: 'postgres',
    command: join(place.programs, 'bin', 'postgres'),
    args: [
      '-D',
      place.data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    dataDir,
    env: {},
    cwd: '/',
    runAs: place.runAs,
    stopSignal: 'SIGINT',
    stopTimeoutMs: 15_000,
  });
}

async function answers(server: Program, port: number, password: string): Promise<boolean> {
  const url = `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`;
  try {
    const settled = await until(async () => server.hasEnded() || (await canConnect(url)), startTimeoutMs);
    return settled && !server.hasEnded();
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') return false;
    throw new Error(
      'The local PostgreSQL refuses the password in the "secrets" folder beside its data. The two folders don\'t belong together.',
    );
  } finally {
    await client.end();
  }
}
