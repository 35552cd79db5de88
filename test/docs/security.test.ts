import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/security.md', root), 'utf8');
const named = [...text.matchAll(/`(test\/[\w/-]+\.test\.ts)`/g)].map(([, path]) => path!);

test('every test that is named is there', () => {
  expect(named.length).toBeGreaterThan(20);
  for (const path of named) expect(existsSync(new URL(path, root)), path).toBe(true);
});

test('every test of what must not happen is named', () => {
  const tests = readdirSync(new URL('test/security/', root)).filter((name) => name.endsWith('.test.ts'));
  for (const name of tests) expect(named).toContain(`test/security/${name}`);
});
