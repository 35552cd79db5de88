/** Random choices that the same seed repeats. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  /** True in `cases` of 100 calls. */
  percent(cases: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks a key in proportion to its weight. */
  weighted<Key extends string>(weights: Record<Key, number>): Key;
  /** Another sequence, which is independent of how many choices were made here. */
  named(name: string | number): Random;
}

/** A seeded generator (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number) => Math.floor(next() * limit);

  return {
    next,
    below,
    percent: (cases) => below(100) < cases,
    pick: (items) => items[below(items.length)]!,
    weighted(weights) {
      const keys = Object.keys(weights) as (keyof typeof weights)[];
      const drawn = below(keys.reduce((sum, key) => sum + weights[key], 0));
      let reached = 0;
      for (const key of keys) {
        reached += weights[key];
        if (drawn < reached) return key;
      }
      throw new RangeError('There is nothing to choose from.');
    },
    named: (name) => randomFrom(hashOf(`${seed} ${name}`)),
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}
