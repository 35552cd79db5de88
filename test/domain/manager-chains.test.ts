import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeTogether, loopsIn, type ManagerChange } from '../../domain/manager-chains.ts';

const asMap = (pairs: [number, number][]) => new Map(pairs);
const change = (line: number, person: number, manager: number): ManagerChange => ({ line, person, manager });
const closingLines = (changes: ManagerChange[], stored: [number, number][] = []) =>
  changeTogether(changes, asMap(stored)).closing.map(({ line }) => line);

describe('loops of managers', () => {
  test('are found, each once, without the people who only lead there', () => {
    const managerOf = asMap([
      [1, 2],
      [2, 3],
      [3, 2],
      [4, 4],
      [5, 1],
      [6, 7],
    ]);
    expect(loopsIn(managerOf)).toEqual([[2, 3], [4]]);
  });
});

describe('changes of managers (E15)', () => {
  test('are judged together: two that swap a chain make no loop, in either order', () => {
    for (const [first, second] of [
      [change(2, 1, 3), change(3, 2, 1)],
      [change(2, 2, 1), change(3, 1, 3)],
    ])
      expect(closingLines([first!, second!], [[1, 2]])).toEqual([]);
  });

  test('that make a loop together: the line that closes it is named', () => {
    expect(closingLines([change(4, 1, 2), change(2, 2, 3), change(3, 3, 1)])).toEqual([4]);
  });

  test('that are taken back can close another loop with what is stored', () => {
    const changes = [change(2, 3, 1), change(3, 4, 1), change(5, 1, 4)];
    expect(closingLines(changes, [[1, 3]])).toEqual([5, 2]);
  });

  test('leave stored loops alone', () => {
    const loop: [number, number][] = [
      [1, 2],
      [2, 1],
    ];
    expect(closingLines([change(2, 3, 1)], loop)).toEqual([]);
  });

  const people = 8;
  const person = fc.integer({ min: 1, max: people });
  const edges = fc.uniqueArray(fc.tuple(person, person), { selector: ([who]) => who });

  test('without the closing ones add no loop, and never have one on the way', () => {
    fc.assert(
      fc.property(edges, edges, (before, wanted) => {
        const stored = asMap(before);
        const known = new Set(loopsIn(stored).map((loop) => loop.toSorted().join()));
        const newLoops = (managerOf: Map<number, number>) =>
          loopsIn(managerOf).filter((loop) => !known.has(loop.toSorted().join()));
        const changes = wanted.map(([who, manager], index) => change(index, who, manager));
        const { closing, depthOf } = changeTogether(changes, stored);
        const made = changes.filter((one) => !closing.includes(one));
        const now = new Map(stored);
        for (const one of made.toSorted((a, b) => depthOf(a) - depthOf(b))) {
          now.set(one.person, one.manager);
          expect(newLoops(now)).toEqual([]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('of a hundred thousand people in one chain are judged at once', () => {
    const count = 100_000;
    const changes = Array.from({ length: count }, (_, index) => change(index, index + 1, index));
    const { closing, depthOf } = changeTogether(changes, asMap([]));
    expect(closing).toEqual([]);
    expect(depthOf(changes[count - 1]!)).toBe(count - 1);
  });
});
