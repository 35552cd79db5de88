import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process has this id, including a zombie. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process has this id and is no zombie. */
export function isAlive(pid: number): boolean {
  return exists(pid) && !isZombie(pid);
}

/** The command line of a process, or an empty text without such a process. */
function commandLine(pid: number): string {
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
 * Whether the process runs with all of these words in its command line. The check is needed because the system may
 * have given a stored id to another program.
 */
export function isRunning(pid: number, ...words: string[]): boolean {
  if (!isAlive(pid)) return false;
  const line = commandLine(pid);
  return words.every((word) => line.includes(word));
}

/** Sends a process the signal, and SIGKILL if it still runs after `timeoutMs`. */
export async function endProcess(pid: number, signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  send(pid, signal);
  if (await until(() => !isAlive(pid), timeoutMs)) return;
  send(pid, 'SIGKILL');
  await until(() => !isAlive(pid), 2000);
}

/** Checks a condition every `intervalMs` until it holds. False when it does not hold within `timeoutMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
  intervalMs = 25,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() >= deadline) return false;
    await sleep(intervalMs);
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
    // The name in parentheses may itself contain parentheses, so the state follows the last one.
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
