import { mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Where the output of one program of the local machine goes. */
export function logFile(dataDir: string, program: string): string {
  return join(dataDir, 'logs', `${program}.log`);
}

/** Opens a program's log for a new run; the log of the run before stays beside it as `.previous`. */
export function openLog(dataDir: string, program: string): number {
  const file = logFile(dataDir, program);
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  try {
    renameSync(file, `${file}.previous`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return openSync(file, 'a');
}

/** The last lines of a log, indented, for a message that says why something ended. */
export function logTail(file: string, lines = 15): string {
  const text = readFileSync(file, 'utf8').trimEnd();
  if (text === '') return '  (its log is empty)';
  return text
    .split('\n')
    .slice(-lines)
    .map((line) => `  ${line}`)
    .join('\n');
}
