import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `npm start` stores while it runs, for a second start and for scripts in another terminal. */
export interface LocalInstance {
  /** The supervisor's process id. */
  pid: number;
  /** The address of the console. */
  url: string;
  /** The process ids of the web and the worker process, which end with the supervisor. */
  programs: Record<string, number>;
  /** The variables with which a script reaches PostgreSQL and Temporal. Empty until both are up. */
  environment: Record<string, string>;
}

/** The folder in which `npm start` keeps its data: LASTDAY_DATA, else `.lastday` in the checkout. */
export function dataFolder(variables: NodeJS.ProcessEnv = process.env): string {
  if (variables.LASTDAY_DATA) return resolve(variables.LASTDAY_DATA);
  return fileURLToPath(new URL('../.lastday', import.meta.url));
}

/** The file that holds a LocalInstance. */
export const instanceFile = (dataDir: string) => join(dataDir, 'running.json');

/** Reads that file, which a killed instance leaves behind. Undefined without a file. */
export function readInstance(dataDir: string): LocalInstance | undefined {
  try {
    return JSON.parse(readFileSync(instanceFile(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Adds the variables of the running local instance, unless the given ones name a database. So `npm run admin` needs no
 * settings in a second terminal.
 */
export function withLocalInstance(variables: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (variables.DATABASE_URL) return variables;
  return { ...variables, ...readInstance(dataFolder(variables))?.environment };
}
