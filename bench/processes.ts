import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Resident memory of a process, in MiB (proc(5), VmRSS). */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/**
 * The processor time of a process and its children, including ended ones, in hundredths of a second (proc(5), utime to
 * cstime).
 */
function ticksOf(pid: number): number {
  const own = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, child) => sum + child!.ticks, (own?.ticks ?? 0) + (own?.ofEnded ?? 0));
}

/** The share of one core that a process and its children use over `seconds`; 1 is a whole core. */
export async function shareOfCore(pid: number, seconds: number): Promise<number> {
  const before = ticksOf(pid);
  await pause(seconds * 1_000);
  return (ticksOf(pid) - before) / 100 / seconds;
}

const idleSeconds = 3;
const idleTimeoutSeconds = 1_800;

/** Resolves when a process has used at most a tenth of a core for three seconds in a row, or after 30 minutes. */
export async function untilIdle(pid: number): Promise<void> {
  for (let quiet = 0, second = 0; quiet < idleSeconds && second < idleTimeoutSeconds; second++) {
    quiet = (await shareOfCore(pid, 1)) <= 0.1 ? quiet + 1 : 0;
  }
}

/** Null when the process has ended. */
function statOf(pid: number): { parent: number; ticks: number; ofEnded: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    return { parent: Number(fields[1]), ticks: utime + stime, ofEnded: cutime + cstime };
  } catch {
    return null;
  }
}
