import { setTimeout as sleep } from 'node:timers/promises';

/** A running program: it reports its end and can be stopped. */
export interface Running {
  ended: Promise<void>;
  stop: () => Promise<void>;
}

/** A program that is restarted whenever it crashes. */
export interface Kept<T extends Running> {
  /** The first start. It rejects when that start fails. */
  first: Promise<T>;
  /** How often it has crashed. */
  crashes: () => number;
  /** Stops it for good, after a pending start. */
  stop: () => Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Starts a program and restarts it after each crash, with exponential backoff from 0.5 s to 30 s. `report` is called
 * before each pause, with the error if the last start failed.
 */
export function keepRunning<T extends Running>(
  start: (before?: T) => Promise<T>,
  report: (failure?: Error) => void,
): Kept<T> {
  const stopping = new AbortController();
  const first = start();
  let current = first;
  let crashes = 0;

  async function watch(): Promise<void> {
    let running = await first;
    let failure: Error | undefined;
    let pause = firstPauseMs / 2;
    for (let began = Date.now(); ; began = Date.now()) {
      await running.ended;
      if (stopping.signal.aborted) return;
      crashes++;
      report(failure);
      pause = Date.now() - began > longestPauseMs ? firstPauseMs : Math.min(pause * 2, longestPauseMs);
      await sleep(pause, undefined, { signal: stopping.signal });
      current = start(running);
      failure = await current.then(
        (again) => {
          running = again;
          return undefined;
        },
        (error) => error,
      );
    }
  }

  // It rejects when the first start fails, which `first` reports, or when it is stopped during a pause.
  watch().catch(() => undefined);
  return {
    first,
    crashes: () => crashes,
    stop: async () => {
      stopping.abort();
      const running = await current.catch(() => undefined);
      await running?.stop();
    },
  };
}
