import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reportAbove } from '../../domain/merging.ts';

/** Managers as pairs of a person and their manager. */
const managers = (...pairs: [number, number][]) => new Map(pairs);

test('a record without a chain to the one that goes changes nobody else', () => {
  expect(reportAbove(managers([1, 2], [3, 9]), 9, 1)).toBeNull();
});

test('a record that reports to the one that goes gets its manager', () => {
  expect(reportAbove(managers([1, 9], [9, 5]), 9, 1)).toEqual({ reportId: 1, managerId: 5 });
  expect(reportAbove(managers([1, 9]), 9, 1)).toEqual({ reportId: 1, managerId: null });
});

test('the report between both records gets the manager of the one that goes', () => {
  expect(reportAbove(managers([1, 2], [2, 9], [9, 5]), 9, 1)).toEqual({ reportId: 2, managerId: 5 });
});

test('a stored loop through both records is opened', () => {
  expect(reportAbove(managers([1, 9], [9, 1]), 9, 1)).toEqual({ reportId: 1, managerId: null });
  expect(reportAbove(managers([1, 9], [9, 5], [5, 9]), 9, 1)).toEqual({ reportId: 1, managerId: null });
});

/** Everyone but 0 may report to someone with a lower number, so that there is no loop. */
const forest = fc
  .array(fc.option(fc.nat(), { nil: null }), { minLength: 2, maxLength: 12 })
  .map((above) =>
    managers(...above.flatMap((n, id): [number, number][] => (n === null || id === 0 ? [] : [[id, n % id]]))),
  );

test('no merge makes a loop, and no one becomes their own manager', () => {
  fc.assert(
    fc.property(forest, fc.nat(11), fc.nat(11), (managerOf, goneId, keptId) => {
      fc.pre(goneId !== keptId);
      const merged = afterMerge(managerOf, goneId, keptId);
      for (const start of merged.keys()) {
        const seen = new Set<number>();
        for (let at: number | undefined = start; at !== undefined; at = merged.get(at)) {
          expect(seen.has(at)).toBe(false);
          seen.add(at);
        }
      }
      expect([...merged.values()]).not.toContain(goneId);
    }),
  );
});

function afterMerge(managerOf: ReadonlyMap<number, number>, goneId: number, keptId: number) {
  const other = reportAbove(managerOf, goneId, keptId);
  const merged = new Map<number, number>();
  for (const [id, managerId] of managerOf) {
    if (id === goneId) continue;
    const now = managerId !== goneId ? managerId : id === other?.reportId ? other.managerId : keptId;
    if (now !== null) merged.set(id, now);
  }
  return merged;
}
