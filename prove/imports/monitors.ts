import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browserlike } from '../../testing/web/web.ts';
import type { Machine, PartName } from '../machine/machine.ts';

/** Calls `look` until it is stopped. It ignores errors, because the proof kills parts. */
function pollUntilStopped(intervalMs: number, look: () => Promise<void>): () => Promise<void> {
  let isRunning = true;
  const ended = (async () => {
    while (isRunning) {
      await look().catch(() => undefined);
      await pause(intervalMs);
    }
  })();
  return async () => {
    isRunning = false;
    await ended;
  };
}

/** Samples the resident memory of parts; the returned function stops it and gives the peak in MB. */
export function watchMemory(machine: Machine, names: readonly PartName[]) {
  const most = new Map<PartName, number>();
  const stop = pollUntilStopped(500, async () => {
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

/** Loads console pages once a second; the returned function stops it and gives the response times in milliseconds. */
export function watchConsole(browser: Browserlike, pages: readonly string[]) {
  const took: number[] = [];
  let unanswered = 0;
  const stop = pollUntilStopped(1_000, async () => {
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

/** Reads the progress bar on the import page; the returned function stops it and gives each different value. */
export function watchBar(browser: Browserlike, importId: number) {
  const lengths: number[] = [];
  const stop = pollUntilStopped(1_000, async () => {
    const { text } = await browser.get(`/imports/${importId}`);
    const length = /<progress [^>]*value="(\d+)"/.exec(text)?.[1];
    if (length !== undefined && Number(length) !== lengths.at(-1)) lengths.push(Number(length));
  });
  return async (): Promise<number[]> => {
    await stop();
    return lengths;
  };
}
