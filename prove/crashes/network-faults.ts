import { setTimeout as pause } from 'node:timers/promises';
import type { LineName, Machine } from '../machine/machine.ts';
import type { Random } from '../random.ts';

const names: LineName[] = ['web to postgres', 'worker to postgres', 'web to temporal', 'worker to temporal'];

/** What happens to a line: everything comes late, every connection breaks, or nothing comes through for a while. */
const troubles = { late: 4, broken: 4, dark: 2 };

export const faultNames = Object.keys(troubles) as (keyof typeof troubles)[];

/** How often each thing has happened to a line that was in use. */
export type NetworkFaults = Record<keyof typeof troubles, number>;

/** Disturbs one line after another while something is done, and leaves all of them well. Returns also what has happened. */
export async function withNetworkFaults<T>(
  { lines }: Machine,
  random: Random,
  work: () => Promise<T>,
): Promise<{ result: T; weather: NetworkFaults }> {
  const weather: NetworkFaults = { late: 0, broken: 0, dark: 0 };
  let isOver = false;
  const storms = names.map(async (name) => {
    const line = lines[name];
    const chance = random.named(name);
    while (!isOver) {
      const trouble = chance.weighted(troubles);
      if (line.calls() > 0) weather[trouble]++;
      if (trouble === 'broken') line.reset();
      if (trouble === 'late') line.weather.delayMs = 10 + chance.below(150);
      if (trouble === 'dark') line.weather.isDark = true;
      await pause(200 + chance.below(1_800));
      Object.assign(line.weather, { delayMs: 0, isDark: false });
      await pause(chance.below(1_500));
    }
  });
  try {
    return { result: await work(), weather };
  } finally {
    isOver = true;
    await Promise.all(storms);
  }
}
