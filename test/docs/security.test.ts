import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/security.md', root), 'utf8');
const named = [...text.matchAll(/`(test\/[\w/-]+\.test\.ts)`/g)].map(([, path]) => path!);

test('every test that docs/security.md names exists', () => {
  expect(named.length).toBeGreaterThan(20);
  for (const path of named) expect(existsSync(new URL(path, root)), path).toBe(true);
});

test('docs/security.md names every security test', () => {
  const tests = readdirSync(new URL('test/security/', root)).filter((name) => name.endsWith('.test.ts'));
  for (const name of tests) expect(named).toContain(`test/security/${name}`);
});
