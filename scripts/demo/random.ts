let state = 0;

/** The same seed leads to the same choices. */
export function seed(value: number): void {
  state = value;
}

/** A number from 0 to 1 (exclusive), by mulberry32. */
function fraction(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** An integer from `min` to `max`, inclusive. */
export const intBetween = (min: number, max: number): number =>
  min + Math.floor(fraction() * (max - min + 1));

/** True with a probability of 1 / `times`. */
export const oneIn = (times: number): boolean => intBetween(1, times) === 1;

export const pick = <T>(from: readonly T[]): T => from[intBetween(0, from.length - 1)]!;

export const dateBetween = (from: Date, to: Date): Date => new Date(intBetween(from.getTime(), to.getTime()));

export function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = intBetween(0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/** A random text for a pattern of characters, ranges such as `[A-Z0-9]` and counts such as `{8}`. */
export const matching = (pattern: string): string =>
  pattern.replace(/\[([^\]]+)\](?:\{(\d+)\})?/g, (_, set: string, count = '1') => {
    const characters = charactersOf(set);
    return Array.from({ length: Number(count) }, () => pick(characters)).join('');
  });

/** `A-C0` stands for A, B, C and 0. */
const charactersOf = (set: string): string[] => [
  ...set.replace(/(.)-(.)/g, (_, first: string, last: string) => {
    const from = first.charCodeAt(0);
    const length = last.charCodeAt(0) - from + 1;
    return String.fromCharCode(...Array.from({ length }, (_, index) => from + index));
  }),
];
