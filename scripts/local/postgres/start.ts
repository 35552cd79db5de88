import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, exists, isRunning } from '../processes.ts';
import { keptSecret } from '../secrets.ts';
import { makeCluster, superuser } from './cluster.ts';
import { type PostgresOptions, postgresData, postgresPlace } from './place.ts';
import { appRole, makeRoles, ownerRole } from './roles.ts';
import { launchPostgres } from './server.ts';

/** A running PostgreSQL that listens on 127.0.0.1 only. */
export interface LocalPostgres {
  /** The superuser, in the database `postgres`. */
  adminUrl: string;
  /** The owner of the database `lastday`, who migrates it. */
  ownerUrl: string;
  /** The application's role: reads and writes. */
  appUrl: string;
  port: number;
  pid: number;
  /** Resolves when the server has ended, for any reason. */
  ended: Promise<void>;
  /** Closes open connections, flushes the data and stops (a fast shutdown). */
  stop: () => Promise<void>;
}

/**
 * Starts the packaged PostgreSQL on the data in `dataDir`. The first start creates data, roles and database. A server
 * that a killed start left behind is stopped first.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { dataDir, durable = true, log } = options;
  const place = postgresPlace(dataDir, log);
  await stopLeftover(place.data, log);

  const passwords = {
    admin: keptSecret(join(dataDir, 'secrets', superuser), 'base64url'),
    owner: keptSecret(join(dataDir, 'secrets', ownerRole), 'base64url'),
    app: keptSecret(join(dataDir, 'secrets', appRole), 'base64url'),
  };
  await makeCluster(place, passwords.admin, durable);
  const server = await launchPostgres(place, options, passwords.admin);
  const url = (role: string, password: string, database: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${server.port}/${database}`;
  const adminUrl = url(superuser, passwords.admin, 'postgres');
  await makeRoles(adminUrl, passwords);
  return {
    ...server,
    adminUrl,
    ownerUrl: url(ownerRole, passwords.owner, 'lastday'),
    appUrl: url(appRole, passwords.app, 'lastday'),
  };
}

/** Stops the server that a killed start left behind on the data of `dataDir`. */
export function stopLeftoverPostgres(dataDir: string, log: (line: string) => void): Promise<void> {
  return stopLeftover(postgresData(dataDir), log);
}

/**
 * PostgreSQL refuses to start while the process of its pid file exists, even a zombie or another program with the
 * same id.
 */
async function stopLeftover(data: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (isRunning(pid, data)) {
    log(`Stopping PostgreSQL, left running by an earlier start (process ${pid})`);
    await endProcess(pid, 'SIGINT', 15_000);
  }
  if (existsSync(pidFile) && exists(pid)) {
    // A dead server's children end by themselves. Wait for them, because two servers would corrupt the data.
    await sleep(1000);
    rmSync(pidFile, { force: true });
  }
}
