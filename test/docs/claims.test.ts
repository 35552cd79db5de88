import { existsSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import claims from '../../docs/claims.json' with { type: 'json' };
import prove from '../../prove/vitest.config.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const proofs = claims.flatMap(({ id, tests }) => tests.map((proof) => ({ id, ...proof })));

/** The commands that run a test file. */
function runsOf(file: string): string[] {
  const includes = { test: ['test/**/*.test.ts'], prove: prove.test!.include! };
  return Object.entries(includes)
    .filter(([, patterns]) => patterns.some((pattern) => matchesGlob(file, pattern)))
    .map(([command]) => command);
}

test('each claim has a unique id, an existing document and a test', () => {
  expect(claims.length).toBeGreaterThan(60);
  expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  for (const { id, source, tests } of claims) {
    expect(existsSync(new URL(source, root)), `${id}: ${source}`).toBe(true);
    expect(tests.length, id).toBeGreaterThan(0);
  }
});

test.each(proofs)('$id is proved by $file', ({ file, titles, runs }) => {
  const text = read(file);
  expect(titles.length).toBeGreaterThan(0);
  const missing = titles.filter(
    (title) => !["'", '"', '`'].some((quote) => text.includes(quote + title + quote)),
  );
  expect(missing).toEqual([]);
  expect(runsOf(file).sort()).toEqual([...runs].sort());
});

test('every test that docs/security.md names belongs to a claim', () => {
  const named = [...read('docs/security.md').matchAll(/`(test\/[\w/-]+\.test\.ts)`/g)];
  const known = proofs.map(({ file }) => file);
  expect(known).toEqual(expect.arrayContaining(named.map(([, file]) => file)));
});
