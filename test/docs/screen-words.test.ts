import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bannedOnScreen } from '../../testing/web/screen-words.ts';

const root = new URL('../../', import.meta.url);

/** Headers of other people's files, which the screen does not choose. */
const exempt = new Set(['domain/imports/columns.ts', 'domain/imports/hr-titles.ts']);

const filesLike = (pattern: string) =>
  globSync(pattern, { cwd: fileURLToPath(root) }).filter((file) => !exempt.has(file));

test('no sentence in the code has a word that the screen does not use', () => {
  const files = filesLike(
    '{web,domain,activities,database,engine,workflows,worker,metrics,scripts,config}/**/*.{ts,mjs,js}',
  ).filter((file) => !file.startsWith('database/migrations/'));
  expect(files.length).toBeGreaterThan(300);
  expect(files.flatMap((file) => found(file, sentencesIn(read(file))))).toEqual([]);
});

test('no template has a word that the screen does not use', () => {
  const files = filesLike('{web,activities}/**/*.eta');
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => found(file, [read(file)]))).toEqual([]);
});

test('the list finds the words in a sentence, and not in names or comments', () => {
  expect(bannedOnScreen('Somebody else has this e-mail address.')).toHaveLength(2);
  expect(bannedOnScreen('Cannot complete offboarding: 1 hardware')).toEqual([]);
  expect(bannedOnScreen('Offboarding of <%= name %> cancelled. Go back')).toHaveLength(2);
  expect(bannedOnScreen('the look-ahead window, circle-check, Clear all three sections')).toEqual([]);
  expect(sentencesIn("const nobody = 'no one here'; // nobody")).toEqual(['no one here']);
});

const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

const found = (file: string, texts: string[]): string[] =>
  texts.flatMap((text) => bannedOnScreen(text).map((words) => `${file}: ${words}`));

/** The strings with several words, without comments. */
const sentencesIn = (source: string): string[] =>
  [
    ...source.matchAll(
      /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`/g,
    ),
  ].flatMap(([, ...texts]) => texts.filter((text) => text?.includes(' ')));
