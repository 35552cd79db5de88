import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Words that a newcomer would have to learn; beside each the one that the field uses. */
const banned: Record<string, string> = {
  picture: 'snapshot',
  noticeboard: 'visibility',
  bell: 'notification listener',
  ring: 'notify',
  hear: 'is signalled, is notified',
  persevering: 'retryable',
  overcome: 'recovered',
  'let go': 'clear',
  beating: 'heartbeat',
  'handing over': 'sending',
  'ways in': 'access',
  lanes: 'concurrency',
  crew: 'supervisor',
  guardian: 'watchdog',
  weather: 'network faults',
  doors: 'clients',
  said: 'message',
  trials: 'regressions',
  wishes: 'requests',
  patience: 'timeout, deadline, interval',
  whoever: 'the user, the caller, the worker',
  'somebody who': 'a person who',
  'takes us for gone': 'ends the transaction as idle',
};

/** This list names them, and so does the log of what earlier runs found. */
const exempt = /^(test\/docs\/words\.test\.ts|docs\/proof-log\.md|package-lock\.json)$|\/histories\//;

const files = globSync('**/*', { cwd: fileURLToPath(root), exclude: ['node_modules', '.*'] }).filter(
  (file) => /\.\w+$/.test(file) && !exempt.test(file),
);
const code = files.filter((file) => /\.(ts|mjs)$/.test(file));
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

test('file names use the words of the field', () => {
  expect(files.flatMap((file) => bannedIn(file).map((word) => `${file}: ${word}`))).toEqual([]);
});

test('comments and identifiers use the words of the field', () => {
  expect(code.flatMap((file) => found(file, withoutTexts(read(file))))).toEqual([]);
});

test('test titles use the words of the field', () => {
  const titled = code.filter((file) => /\.(test|prove|record)\.ts$/.test(file));
  expect(titled.flatMap((file) => found(file, titlesIn(read(file))))).toEqual([]);
});

test('documents use the words of the field', () => {
  const documents = files.filter((file) => file.endsWith('.md'));
  expect(documents.flatMap((file) => found(file, read(file)))).toEqual([]);
});

test('the list finds whole words, also within identifiers', () => {
  expect(bannedIn('readPictureOf')).toEqual(['picture']);
  expect(bannedIn('letGo and handing-over')).toEqual(['let go', 'handing over']);
  expect(bannedIn('string, bellow, Somebody who leaves')).toEqual(['somebody who']);
  expect(withoutTexts("say('whoever'); // whoever")).toContain('// whoever');
  expect(withoutTexts("say('whoever');")).not.toContain('whoever');
});

/** Each line with a banned word, and where it is. */
const found = (file: string, text: string): string[] =>
  text
    .split('\n')
    .flatMap((line, index) =>
      bannedIn(line).map((word) => `${file}:${index + 1}: ${word} → ${banned[word]}`),
    );

/** The banned words in a text, in which camelCase and hyphens part words too. */
function bannedIn(text: string): string[] {
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z]+/g, ' ')
    .toLowerCase();
  return Object.keys(banned).filter((word) => ` ${words} `.includes(` ${word} `));
}

/** Code without what its strings say to people. Comments, identifiers and embedded expressions stay. */
const withoutTexts = (source: string): string =>
  source.replace(
    /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    (text, comment?: string) => comment ?? text.replace(/[^\n]+/g, "''"),
  );

/** The titles of tests and groups, a line each where they are. */
const titlesIn = (source: string): string =>
  source
    .split('\n')
    .map((line) => /\b(?:test|describe)(?:\.\w+)*\(\s*(['"`])(.*?)\1/.exec(line)?.[2] ?? '')
    .join('\n');
