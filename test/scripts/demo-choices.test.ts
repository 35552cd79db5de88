import { expect, test } from 'vitest';
import { origins, otherNames } from '../../scripts/demo/name-lists.ts';
import { latinOf } from '../../scripts/demo/names.ts';
import { intBetween, matching, seed, shuffled } from '../../scripts/demo/random.ts';

test('the same seed gives the same choices, and another seed gives others', () => {
  const choicesOf = (value: number) => {
    seed(value);
    return Array.from({ length: 50 }, () => intBetween(0, 1_000_000));
  };
  expect(choicesOf(7)).toEqual(choicesOf(7));
  expect(choicesOf(8)).not.toEqual(choicesOf(7));
});

test('all numbers of a range are about equally frequent', () => {
  seed(1);
  const counts = Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) counts[intBetween(0, 5)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test('shuffling keeps all items', () => {
  seed(1);
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  const other = shuffled(numbers);
  expect(other).not.toEqual(numbers);
  expect(other.sort((a, b) => a - b)).toEqual(numbers);
});

test.each(['C02[A-Z0-9]{8}', '40[0-9]NT[A-Z]{3}[0-9]{4}', '[12][0-9]{7}'])(
  'a serial number fits its pattern %s',
  (pattern) => {
    seed(1);
    for (let i = 0; i < 100; i++) expect(matching(pattern)).toMatch(new RegExp(`^${pattern}$`));
  },
);

test('every name becomes an address without losing a letter', () => {
  const plain = (name: string) => name.normalize('NFD').replace(/[\u0300-\u036f']/g, '');
  const names = origins.flatMap(({ given, family }) => [...given, ...family]);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(latinOf(name)).toBe(plain(name).toLowerCase());
  for (const { latin } of otherNames) expect(latin).toMatch(/^[a-z]+(\.[a-z]+)+$/);
});
