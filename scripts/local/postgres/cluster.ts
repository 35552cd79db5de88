import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PostgresPlace } from './place.ts';

/** The superuser of the local PostgreSQL. */
export const superuser = 'postgres';

/**
 * Creates the data folder with initdb unless it exists. It is created under another name and renamed when complete,
 * so that a killed start leaves no half cluster behind.
 */
export async function makeCluster(place: PostgresPlace, password: string, durable: boolean): Promise<void> {
  if (existsSync(place.data)) return;
  const draft = `${place.data}.new`;
  const passwordFile = `${place.data}.password`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(draft, { mode: 0o700 });
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (place.runAs) {
      chownSync(draft, place.runAs.uid, place.runAs.gid);
      chownSync(passwordFile, place.runAs.uid, place.runAs.gid);
    }
    await initdb(place, draft, passwordFile, durable, 'C.UTF-8').catch((error: Error) => {
      // Not every system has this locale. Without it only ASCII text is found quickly inside of words.
      if (!error.message.includes('invalid locale name')) throw error;
      return initdb(place, draft, passwordFile, durable, 'C');
    });
    renameSync(draft, place.data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** `ctype` says what pg_trgm takes for letters, and decides nothing else. */
async function initdb(
  place: PostgresPlace,
  folder: string,
  passwordFile: string,
  durable: boolean,
  ctype: string,
) {
  const options = [
    `--pgdata=${folder}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // The builtin locale sorts and lowercases names the same on every machine.
    '--encoding=UTF8',
    '--locale=C',
    `--lc-ctype=${ctype}`,
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await execa(join(place.programs, 'bin', 'initdb'), options, {
      ...place.runAs,
      cwd: '/',
      extendEnv: false,
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`PostgreSQL couldn't create its data folder ${place.data}:\n${stderr || message}`);
  }
}
