import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, exists, isRunning } from '../processes.ts';
import { keptSecret } from '../secrets.ts';
import { makeCluster, SUPERUSER } from './cluster.ts';
import { type PostgresOptions, postgresData, postgresPlace } from './place.ts';
import { APP_ROLE, makeRoles, OWNER_ROLE } from './roles.ts';
import { launchPostgres } from './server.ts';

/** A running PostgreSQL that only this machine can reach. */
export interface LocalPostgres {
  /** The superuser, in the database `postgres`. */
  adminUrl: string;
  /** The owner of the database `lastday`, who migrates it. */
  ownerUrl: string;
  /** The application's role: reads and writes. */
  appUrl: string;
  port: number;
  pid: number;
  /** Resolves when the server is gone, whoever ended it. */
  ended: Promise<void>;
  /** Ends open connections, writes everything down and stops. */
  stop: () => Promise<void>;
}

/**
 * Starts the packaged PostgreSQL on the data in `dataDir`, making data, roles and database on the first
 * start. A server that a killed start left behind on the same data is stopped first.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { dataDir, durable = true, log } = options;
  const place = postgresPlace(dataDir, log);
  await stopLeftover(place.data, log);

  const passwords = {
    admin: keptSecret(join(dataDir, 'secrets', SUPERUSER), 'base64url'),
    owner: keptSecret(join(dataDir, 'secrets', OWNER_ROLE), 'base64url'),
    app: keptSecret(join(dataDir, 'secrets', APP_ROLE), 'base64url'),
  };
  await makeCluster(place, passwords.admin, durable);
  const server = await launchPostgres(place, options, passwords.admin);
  const url = (role: string, password: string, database: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${server.port}/${database}`;
  const adminUrl = url(SUPERUSER, passwords.admin, 'postgres');
  await makeRoles(adminUrl, passwords);
  return {
    ...server,
    adminUrl,
    ownerUrl: url(OWNER_ROLE, passwords.owner, 'lastday'),
    appUrl: url(APP_ROLE, passwords.app, 'lastday'),
  };
}

/** Stops the server that a killed start left behind on the data of `dataDir`. */
export function stopLeftoverPostgres(dataDir: string, log: (line: string) => void): Promise<void> {
  return stopLeftover(postgresData(dataDir), log);
}

/**
 * PostgreSQL refuses to start while the process named in its pid file exists, even one that nobody has reaped yet
 * or another program with the same number.
 */
async function stopLeftover(data: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (isRunning(pid, data)) {
    log(`Stopping the PostgreSQL that an earlier start left behind (process ${pid})`);
    await endProcess(pid, 'SIGINT', 15_000);
  }
  if (existsSync(pidFile) && exists(pid)) {
    // Its children see that it has died and go, but they must have gone: two servers would ruin the data.
    await sleep(1000);
    rmSync(pidFile, { force: true });
  }
}
