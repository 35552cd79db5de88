import { expect, test } from 'vitest';
import { showProgress } from '../../scripts/progress.ts';

function watch(isTTY: boolean) {
  let now = 0;
  const written: string[] = [];
  const out = {
    isTTY,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  };
  const progress = showProgress(out as never, () => now);
  progress.begin('users', 200);
  progress.add(100);
  now = 1500;
  progress.add(100);
  progress.begin('seats', 0);
  progress.end();
  return written;
}

test('a file gets one plain line for each finished step', () => {
  expect(watch(false)).toEqual(['users: 200 in 1.5 s\n', 'seats: 0 in 0.0 s\n']);
});

test('a terminal gets a bar that fills in place', () => {
  const clearLine = '\r\u001b[K';
  expect(watch(true)).toEqual([
    `${clearLine}${'█'.repeat(15)}${'░'.repeat(15)}  50 % users`,
    `${clearLine}${'█'.repeat(30)} 100 % users`,
    `${clearLine}users: 200 in 1.5 s\n`,
    `${clearLine}seats: 0 in 0.0 s\n`,
  ]);
});

test('a terminal gets one update per percent', () => {
  const written: string[] = [];
  const out = {
    isTTY: true,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  };
  const progress = showProgress(out as never);
  progress.begin('last days', 10_000);
  for (let i = 0; i < 10_000; i++) progress.add(1);
  expect(written).toHaveLength(101);
});
