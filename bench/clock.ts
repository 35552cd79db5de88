/** How long a thing took, in milliseconds: half of the tries were quicker than `p50`, 95 of 100 than `p95`. */
export interface Durations {
  p50: number;
  p95: number;
  tries: number;
}

/**
 * Times things against each other in turns, so that whatever else the machine does falls on all of them
 * alike. The first `warmUp` rounds do not count.
 */
export async function inTurns<Name extends string>(
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

/** How long one thing takes, in milliseconds. */
export async function timeOf(thing: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await thing();
  return performance.now() - began;
}

/** How many of `count` things are done in a second, `width` at a time. */
export async function throughputOf(
  count: number,
  width: number,
  thing: (i: number) => Promise<unknown>,
  untilAllIsDone: () => Promise<unknown> = async () => undefined,
): Promise<number> {
  let next = 0;
  const ms = await timeOf(async () => {
    await Promise.all(
      Array.from({ length: width }, async () => {
        while (next < count) await thing(next++);
      }),
    );
    await untilAllIsDone();
  });
  return count / (ms / 1000);
}

/** Half and 95 of 100 of some durations. */
export function durationsOf(times: number[]): Durations {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p95: at(0.95), tries: sorted.length };
}
