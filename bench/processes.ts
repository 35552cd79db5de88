import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Resident memory of a process, in MiB (proc(5), VmRSS). */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/**
 * The processor time that a process and its children have had, those that have ended included, in hundredths of a second
 * (proc(5), utime to cstime).
 */
function ticksOf(pid: number): number {
  const own = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, child) => sum + child!.ticks, (own?.ticks ?? 0) + (own?.ofEnded ?? 0));
}

/** How much of one core a process and its children take over `seconds`, as a share (1 is a whole core). */
export async function shareOfCore(pid: number, seconds: number): Promise<number> {
  const before = ticksOf(pid);
  await pause(seconds * 1_000);
  return (ticksOf(pid) - before) / 100 / seconds;
}

const idleFor = 3;
const quietWithin = 1_800;

/** Watches how much processor time a process takes, once a second, until it takes next to none. */
export async function untilIdle(pid: number): Promise<void> {
  for (let quiet = 0, second = 0; quiet < idleFor && second < quietWithin; second++) {
    quiet = (await shareOfCore(pid, 1)) <= 0.1 ? quiet + 1 : 0;
  }
}

/** Null for a process that has ended meanwhile. */
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
