import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canOthersEnter, makeEnterable } from './file-access.ts';
import { packagedPostgres, reachablePrograms } from './programs.ts';

export interface PostgresOptions {
  /** Where the data, the passwords and the log are kept. It must exist. */
  dataDir: string;
  /** A free one of 127.0.0.1 unless given. */
  port?: number;
  /** False for data that nobody will miss after a power cut, and that is written faster. */
  durable?: boolean;
  log: (line: string) => void;
}

/** Which programs PostgreSQL is started from, where its data lies, and as whom it runs. */
export interface PostgresPlace {
  programs: string;
  data: string;
  /** Set when this process is root, which PostgreSQL refuses to be. */
  runAs?: { uid: number; gid: number };
}

/** For what an unprivileged user must reach. Only root can write there, so nobody else can plant a program. */
const ROOTS_GROUND = '/var/lib/lastday';

/**
 * Finds a place where PostgreSQL can run. When this process is root and other users cannot enter the checkout or
 * `dataDir`, programs and data lie below /var/lib/lastday, and it says so.
 */
export function postgresPlace(dataDir: string, log: (line: string) => void): PostgresPlace {
  const packaged = packagedPostgres();
  const data = postgresData(dataDir);
  if (!isRoot()) return { programs: packaged.folder, data };

  if (data !== inside(dataDir)) {
    log(`Only root can reach ${dataDir}, and PostgreSQL does not run as root: its data is in ${data}`);
  }
  makeEnterable(dirname(data));
  return { programs: reachablePrograms(packaged, ROOTS_GROUND, log), data, runAs: unprivilegedUser(data) };
}

/** Where PostgreSQL's data is, or will be: in `dataDir` unless the user it runs as cannot enter that. */
export function postgresData(dataDir: string): string {
  return !isRoot() || canOthersEnter(dataDir) ? inside(dataDir) : outside(dataDir);
}

const isRoot = () => process.getuid?.() === 0;
const inside = (dataDir: string) => join(dataDir, 'postgres');

/** The place is noted in `dataDir`: removing `dataDir` means starting afresh, wherever the data lay. */
function outside(dataDir: string): string {
  if (existsSync(inside(dataDir))) {
    throw new Error(
      `PostgreSQL does not run as root, and only root can reach its data in ${inside(dataDir)}: chmod o+x the folders above it.`,
    );
  }
  const note = join(dataDir, 'postgres.place');
  if (!existsSync(note)) writeFileSync(note, join(ROOTS_GROUND, randomBytes(4).toString('hex'), 'postgres'));
  return readFileSync(note, 'utf8');
}

/** The owner of the data if it is there, else the first of the users that systems keep for such work. */
function unprivilegedUser(data: string): { uid: number; gid: number } {
  if (existsSync(data) && statSync(data).uid !== 0) return statSync(data);
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('PostgreSQL does not run as root, and there is no user "nobody" to run it as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
