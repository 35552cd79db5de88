import { setTimeout as sleep } from 'node:timers/promises';

/** What can be kept running: it tells when it has ended, and can be stopped. */
export interface Running {
  ended: Promise<void>;
  stop: () => Promise<void>;
}

/** Something that is started again whenever it ends by itself. */
export interface Kept<T extends Running> {
  /** The first start; rejects when that one fails. */
  first: Promise<T>;
  /** How often it has ended by itself. */
  deaths: () => number;
  /** Stops it for good; a start that is under way is waited for. */
  stop: () => Promise<void>;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * Starts something and starts it again when it ends by itself, after half a second and then after ever longer
 * pauses. `report` is called before each pause, with the error if a start has failed.
 */
export function keepRunning<T extends Running>(
  start: (before?: T) => Promise<T>,
  report: (failure?: Error) => void,
): Kept<T> {
  const stopping = new AbortController();
  const first = start();
  let current = first;
  let deaths = 0;

  async function watch(): Promise<void> {
    let running = await first;
    let failure: Error | undefined;
    let pause = FIRST_PAUSE / 2;
    for (let began = Date.now(); ; began = Date.now()) {
      await running.ended;
      if (stopping.signal.aborted) return;
      deaths++;
      report(failure);
      pause = Date.now() - began > LONGEST_PAUSE ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
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

  // It rejects when the first start fails, which is the caller's to see, or when it is stopped in a pause.
  watch().catch(() => undefined);
  return {
    first,
    deaths: () => deaths,
    stop: async () => {
      stopping.abort();
      const running = await current.catch(() => undefined);
      await running?.stop();
    },
  };
}
