/** The durations of repeated runs, in milliseconds: the median and the 95th percentile. */
export interface Durations {
  p50: number;
  p95: number;
  runs: number;
}

/**
 * Times several things in turns, so that other load on the machine affects all of them alike. The first `warmUp` rounds
 * do not count.
 */
export async function timeInTurns<Name extends string>(
  rounds: number,
  things: Record<Name, (round: number) => Promise<unknown>>,
  warmUp = 5,
): Promise<Record<Name, Durations>> {
  const names = Object.keys(things) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of names) {
      const ms = await timeOf(() => things[name](round + warmUp));
      if (round >= 0) times[name].push(ms);
    }
  }
  return Object.fromEntries(names.map((name) => [name, durationsOf(times[name])])) as Record<Name, Durations>;
}

/** The duration of one call, in milliseconds. */
export async function timeOf(thing: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await thing();
  return performance.now() - began;
}

/** Runs `count` calls, `concurrency` at a time, and returns the calls per second. */
export async function throughputOf(
  count: number,
  concurrency: number,
  thing: (i: number) => Promise<unknown>,
  untilAllIsDone: () => Promise<unknown> = async () => undefined,
): Promise<number> {
  const ms = await timeOf(async () => {
    await inParallel(count, concurrency, thing);
    await untilAllIsDone();
  });
  return count / (ms / 1000);
}

/** Runs `count` calls, `concurrency` at a time. */
export async function inParallel(
  count: number,
  concurrency: number,
  thing: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) await thing(next++);
    }),
  );
}

/** The median and the 95th percentile of some durations, in their unit. */
export function durationsOf(times: number[]): Durations {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p95: at(0.95), runs: sorted.length };
}
