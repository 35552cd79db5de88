import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerClient } from '../../engine/client.ts';
import type { Random } from '../random.ts';

/** Says something over a bad line. */
export type Speaker = <T>(say: () => Promise<T>) => Promise<T>;

/** A line on which what is said comes late, or twice, or comes and its answer is lost: then it is said again later. */
export const badLine =
  (random: Random): Speaker =>
  async (say) => {
    await pause(random.below(40));
    const answer = await say();
    if (random.percent(10)) await say();
    if (random.percent(15)) throw new Error('The answer was lost');
    return answer;
  };

/** The engine at the end of such a line, for a relay. */
export const overLine = (engine: WorkerClient, line: Speaker): WorkerClient => ({
  ...engine,
  signalOffboarding: (snapshot, facts) => line(() => engine.signalOffboarding(snapshot, facts)),
});
