import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerClient } from '../../engine/client.ts';
import type { Random } from '../random.ts';

/** Makes a call over a connection. */
export type CallWrapper = <T>(call: () => Promise<T>) => Promise<T>;

/** A connection that delays calls, repeats some, and loses some answers, so that the caller retries. */
export const lossyConnection =
  (random: Random): CallWrapper =>
  async (call) => {
    await pause(random.below(40));
    const answer = await call();
    if (random.percent(10)) await call();
    if (random.percent(15)) throw new Error('The answer was lost');
    return answer;
  };

/** A Temporal client whose signals go over such a connection. */
export const overLossyConnection = (engine: WorkerClient, overConnection: CallWrapper): WorkerClient => ({
  ...engine,
  signalOffboarding: (snapshot, facts) => overConnection(() => engine.signalOffboarding(snapshot, facts)),
});
