import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browserlike } from '../../testing/web/web.ts';
import type { Machine, PartName } from '../machine/machine.ts';

/** Looks again and again until it is told to stop; what went wrong is passed over, since parts are killed. */
function looking(everyMs: number, look: () => Promise<void>): () => Promise<void> {
  let goesOn = true;
  const ended = (async () => {
    while (goesOn) {
      await look().catch(() => undefined);
      await pause(everyMs);
    }
  })();
  return async () => {
    goesOn = false;
    await ended;
  };
}

/** Watches the memory of parts (resident, in MB) until it is asked for the most that each has had. */
export function watchMemory(machine: Machine, names: readonly PartName[]) {
  const most = new Map<PartName, number>();
  const stop = looking(500, async () => {
    for (const name of names) {
      const { pid } = machine.parts[name].current();
      const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
      most.set(name, Math.max(most.get(name) ?? 0, Number(stdout) / 1024));
    }
  });
  return async (name: PartName): Promise<number> => {
    await stop();
    return Math.round(most.get(name) ?? Number.NaN);
  };
}

/** Looks at pages of the console as somebody does who works with it; answers how long that took, in milliseconds. */
export function watchConsole(browser: Browserlike, pages: readonly string[]) {
  const took: number[] = [];
  let unanswered = 0;
  const stop = looking(1_000, async () => {
    for (const page of pages) {
      const began = performance.now();
      const { status } = await browser.get(page).catch(() => ({ status: 0 }));
      if (status === 200) took.push(performance.now() - began);
      else unanswered++;
    }
  });
  return async () => {
    await stop();
    const sorted = took.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
    return { looks: took.length, unanswered, p50: at(0.5), p95: at(0.95) };
  };
}

/** Follows the bar of an import as its page shows it: every length that it had. */
export function watchBar(browser: Browserlike, importId: number) {
  const lengths: number[] = [];
  const stop = looking(1_000, async () => {
    const { text } = await browser.get(`/imports/${importId}`);
    const length = /<progress [^>]*value="(\d+)"/.exec(text)?.[1];
    if (length !== undefined && Number(length) !== lengths.at(-1)) lengths.push(Number(length));
  });
  return async (): Promise<number[]> => {
    await stop();
    return lengths;
  };
}
