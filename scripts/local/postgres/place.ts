import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canOthersEnter, makeEnterable } from './file-access.ts';
import { packagedPostgres, reachablePrograms } from './programs.ts';

export interface PostgresOptions {
  /** The folder of the data, the passwords and the log. It must exist. */
  dataDir: string;
  /** By default a free port of 127.0.0.1. */
  port?: number;
  /** False for data that may be lost in a power cut; writing is then faster. */
  durable?: boolean;
  log: (line: string) => void;
}

/** The folders of PostgreSQL's programs and data, and the user as which it runs. */
export interface PostgresPlace {
  programs: string;
  data: string;
  /** Set when this process is root, because PostgreSQL refuses to run as root. */
  runAs?: { uid: number; gid: number };
}

/** For files that an unprivileged user must reach. Only root can write there, so no other user can plant a program. */
const systemDataDir = '/var/lib/lastday';

/**
 * Finds folders where PostgreSQL can run. If this process is root and other users cannot enter the checkout or
 * `dataDir`, programs and data are below /var/lib/lastday, and that is logged.
 */
export function postgresPlace(dataDir: string, log: (line: string) => void): PostgresPlace {
  const packaged = packagedPostgres();
  const data = postgresData(dataDir);
  if (!isRoot()) return { programs: packaged.folder, data };

  if (data !== inside(dataDir)) {
    log(`Only root can reach ${dataDir}, and PostgreSQL can't run as root, so its data is in ${data}`);
  }
  makeEnterable(dirname(data));
  return { programs: reachablePrograms(packaged, systemDataDir, log), data, runAs: unprivilegedUser(data) };
}

/** The folder of PostgreSQL's data: in `dataDir` unless PostgreSQL's user cannot enter that. */
export function postgresData(dataDir: string): string {
  return !isRoot() || canOthersEnter(dataDir) ? inside(dataDir) : outside(dataDir);
}

const isRoot = () => process.getuid?.() === 0;
const inside = (dataDir: string) => join(dataDir, 'postgres');

/** The folder is stored in `dataDir`, so that removing `dataDir` always starts with an empty database. */
function outside(dataDir: string): string {
  if (existsSync(inside(dataDir))) {
    throw new Error(
      `PostgreSQL can't run as root, and only root can reach its data in ${inside(dataDir)}. Run chmod o+x on the folders above it.`,
    );
  }
  const note = join(dataDir, 'postgres.place');
  if (!existsSync(note)) writeFileSync(note, join(systemDataDir, randomBytes(4).toString('hex'), 'postgres'));
  return readFileSync(note, 'utf8');
}

/** The owner of existing data, else the system's user `postgres` or `nobody`. */
function unprivilegedUser(data: string): { uid: number; gid: number } {
  if (existsSync(data) && statSync(data).uid !== 0) return statSync(data);
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('PostgreSQL can\'t run as root, and there is no user "nobody" to run it as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
