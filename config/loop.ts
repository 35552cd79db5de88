import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from './log.ts';

export interface Loop {
  /** Its name in the log. */
  name: string;
  work: () => Promise<unknown>;
  /** Resolves when the next turn is due. It must also resolve when `stopping` is aborted. */
  nextTurn: () => Promise<unknown>;
  log: Log;
  stopping: AbortSignal;
}

const maxRetryDelayMs = 5_000;

/**
 * Repeats the work until `stopping` is aborted. A failure is logged and retried with exponential backoff, because
 * PostgreSQL or Temporal may be unreachable for a while.
 */
export async function repeat({ name, work, nextTurn, log, stopping }: Loop): Promise<void> {
  let failures = 0;
  while (!stopping.aborted) {
    try {
      await work();
      if (failures > 0) log.info(`${name}: recovered`);
      failures = 0;
      await nextTurn();
    } catch (error) {
      failures++;
      log.warn({ err: error, failures }, `${name}: failed; will retry`);
      await sleep(Math.min(maxRetryDelayMs, 250 * 2 ** failures), stopping);
    }
  }
}

/** Resolves after `ms`, or at once when `stopping` is aborted. */
export const sleep = (ms: number, stopping: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal: stopping }).catch(() => undefined);

/** Retries until `work` succeeds, for what a process needs at its start. Throws the abort reason when stopped. */
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
      log.warn({ reason: (error as Error).message, failures }, `${name}: not ready; will retry`);
      await sleep(Math.min(maxRetryDelayMs, 250 * 2 ** failures), stopping);
    }
  }
}
