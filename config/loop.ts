import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from './log.ts';

export interface Loop {
  /** What it does, for the log. */
  name: string;
  work: () => Promise<unknown>;
  /** Resolves when it is time for the next turn; must also resolve when `stopping` is aborted. */
  nextTurn: () => Promise<unknown>;
  log: Log;
  stopping: AbortSignal;
}

const longestPause = 5_000;

/**
 * Does the work again and again until it is told to stop. What fails is logged and tried again after a
 * pause: the database and the engine may go away and come back.
 */
export async function repeat({ name, work, nextTurn, log, stopping }: Loop): Promise<void> {
  let failures = 0;
  while (!stopping.aborted) {
    try {
      await work();
      if (failures > 0) log.info(`${name}: works again`);
      failures = 0;
      await nextTurn();
    } catch (error) {
      failures++;
      log.warn({ err: error, failures }, `${name}: failed, trying again`);
      await sleep(Math.min(longestPause, 250 * 2 ** failures), stopping);
    }
  }
}

/** Waits, or stops waiting when `stopping` is aborted. */
export const sleep = (ms: number, stopping: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal: stopping }).catch(() => undefined);

/** Tries until it succeeds: for what a process cannot begin without. Throws the abort reason when told to stop. */
export async function retryUntilReady<T>(
  name: string,
  work: () => Promise<T>,
  log: Log,
  stopping: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    stopping.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      log.warn({ reason: (error as Error).message, failures }, `${name}: not yet, trying again`);
      await sleep(Math.min(longestPause, 250 * 2 ** failures), stopping);
    }
  }
}
