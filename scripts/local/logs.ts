import { mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The log file of a program of the local instance. */
export function logFile(dataDir: string, program: string): string {
  return join(dataDir, 'logs', `${program}.log`);
}

/** The log files that this run has opened. */
const opened = new Set<string>();

/**
 * Opens a program's log. The log of the previous run is kept as `.previous`. A program that is restarted within a run
 * appends to the same log, so that the first crash can still be read.
 */
export function openLog(dataDir: string, program: string): number {
  const file = logFile(dataDir, program);
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  const isStartedAgain = opened.has(file);
  if (!isStartedAgain) putAside(file);
  opened.add(file);
  const log = openSync(file, 'a');
  if (isStartedAgain) writeSync(log, `--- started again at ${new Date().toISOString()}\n`);
  return log;
}

function putAside(file: string) {
  try {
    renameSync(file, `${file}.previous`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const shownLines = 15;

/** The last lines of a log, indented, for a message about a crash. */
export function logTail(file: string): string {
  const text = readFileSync(file, 'utf8').trimEnd();
  if (text === '') return '  (its log is empty)';
  return text
    .split('\n')
    .slice(-shownLines)
    .map((line) => `  ${line}`)
    .join('\n');
}
