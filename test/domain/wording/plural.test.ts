import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { oneOrMany, plural } from '../../../domain/wording/plural.ts';

const root = new URL('../../../', import.meta.url);

test.each([
  [0, '0 seats'],
  [1, '1 seat'],
  [2, '2 seats'],
  [1200, '1,200 seats'],
])('%i with its noun is %s', (count, words) => {
  expect(plural(count, 'seat')).toBe(words);
});

test('a noun may have a plural of its own, and a verb agrees', () => {
  expect([plural(1, 'person', 'people'), plural(3, 'person', 'people')]).toEqual(['1 person', '3 people']);
  expect([oneOrMany(1, 'is', 'are'), oneOrMany(0, 'is', 'are')]).toEqual(['is', 'are']);
});

test('no other code makes a plural', () => {
  const rooms = '{activities,database,domain,engine,scripts,web,worker,workflows}';
  const files = globSync(`${rooms}/**/*.{ts,eta}`, { cwd: fileURLToPath(root) });
  const makers = files.filter((file) =>
    / === 1 \? ['"](?!yesterday)/.test(readFileSync(new URL(file, root), 'utf8')),
  );
  expect(makers).toEqual([]);
});
