import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `npm start` writes down while it runs, for a second start and for scripts in another terminal. */
export interface LocalInstance {
  /** The process that started everything and ends everything. */
  pid: number;
  /** Where the console is. */
  url: string;
  /** The process ids of what only lives as long as it: the web and the worker process. */
  programs: Record<string, number>;
  /** What a script needs to reach its database and engine; empty until these are up. */
  environment: Record<string, string>;
}

/** The folder of everything that `npm start` keeps: LASTDAY_DATA, else `.lastday` in the checkout. */
export function dataFolder(variables: NodeJS.ProcessEnv = process.env): string {
  if (variables.LASTDAY_DATA) return resolve(variables.LASTDAY_DATA);
  return fileURLToPath(new URL('../.lastday', import.meta.url));
}

/** The file that holds a LocalMachine. */
export const instanceFile = (dataDir: string) => join(dataDir, 'running.json');

/** What is written down there, even if it was left behind by a machine that was killed. */
export function readInstance(dataDir: string): LocalInstance | undefined {
  try {
    return JSON.parse(readFileSync(instanceFile(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The given variables and, when they name no database, those of the local machine that runs beside: so that
 * `npm run admin` and its like work in a second terminal without any setting.
 */
export function withLocalInstance(variables: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (variables.DATABASE_URL) return variables;
  return { ...variables, ...readInstance(dataFolder(variables))?.environment };
}
