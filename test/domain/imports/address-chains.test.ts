import { expect, test } from 'vitest';
import { chainsOf } from '../../../domain/imports/address-chains.ts';

test('lines whose addresses depend on one another are one chain, whatever the order (R24)', () => {
  const dependencies = [
    { line: 9, dependsOn: 2 },
    { line: 4, dependsOn: 5 },
    { line: 2, dependsOn: 7 },
    { line: 5, dependsOn: 4 },
  ];
  expect(chainsOf(dependencies)).toEqual([
    [2, 7, 9],
    [4, 5],
  ]);
  expect(chainsOf(dependencies.toReversed()).toSorted((a, b) => a[0]! - b[0]!)).toEqual([
    [2, 7, 9],
    [4, 5],
  ]);
});
