import { runConcurrently } from '../core/concurrency.ts';

/** How many lines run at the same time; each is a transaction. */
const maxConcurrent = 4;

/** Runs groups concurrently, and the items of one group in order. After an error it starts nothing more and throws. */
export const runGroups = <T>(groups: readonly T[][], work: (item: T) => Promise<void>): Promise<void> =>
  runConcurrently(groups, maxConcurrent, async (group, goesOn) => {
    for (const item of group) if (goesOn()) await work(item);
  });
