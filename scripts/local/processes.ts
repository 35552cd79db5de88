import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether the number stands for a process, be it one that has died and was not yet reaped by its parent. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the number stands for a process that has not died. */
export function isAlive(pid: number): boolean {
  return exists(pid) && !isZombie(pid);
}

/** The command line of a process, or an empty text when there is no such process. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    }
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/**
 * Whether the process lives and was started with every one of these words. A number in a file may
 * since have gone to another program, which must be left alone.
 */
export function isRunning(pid: number, ...words: string[]): boolean {
  if (!isAlive(pid)) return false;
  const line = commandLine(pid);
  return words.every((word) => line.includes(word));
}

/** Asks a process to end; one that is still there after `patience` milliseconds is killed. */
export async function endProcess(pid: number, signal: NodeJS.Signals, patience: number): Promise<void> {
  send(pid, signal);
  if (await until(() => !isAlive(pid), patience)) return;
  send(pid, 'SIGKILL');
  await until(() => !isAlive(pid), 2000);
}

/**
 * Asks again and again, with a pause of `every` milliseconds, whether something holds; false when it does not
 * within `patience` milliseconds.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patience: number,
  every = 25,
): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() >= deadline) return false;
    await sleep(every);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // The name in parentheses may itself hold parentheses: the state follows the last one.
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
