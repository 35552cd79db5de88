import { runConcurrently } from '../core/concurrency.ts';

/** How many lines are carried out at the same time: each is a transaction of its own. */
const atOnce = 4;

/** Works through groups, several at the same time; the members of one group one after another. An error ends all of it. */
export const inLanes = <T>(groups: readonly T[][], work: (item: T) => Promise<void>): Promise<void> =>
  runConcurrently(groups, atOnce, async (group, goesOn) => {
    for (const item of group) if (goesOn()) await work(item);
  });
