import { expect, test } from 'vitest';
import { dueTone, dueWords, lookAheadFrom, rowButton } from '../../../domain/offboarding/queue.ts';

const today = '2026-11-24';

test.each([
  ['2026-11-23', 'past', '1 day ago'],
  ['2026-11-01', 'past', '23 days ago'],
  ['2026-11-24', 'soon', 'today'],
  ['2026-11-25', 'soon', 'tomorrow'],
  ['2026-12-01', 'soon', 'in 7 days'],
  ['2026-12-02', 'later', 'in 8 days'],
])('%s is %s: %s', (endDate, tone, words) => {
  expect(dueTone(endDate, today)).toBe(tone);
  expect(dueWords(endDate, today)).toBe(words);
});

test('the button shows what is left to do', () => {
  expect(rowButton({ hardware: 0, software: 0, requests: 0 })).toBe('Finalize');
  expect(rowButton({ hardware: 2, software: 3, requests: 1 })).toBe('Review (6)');
});

test.each([
  ['7', 7],
  ['180', 180],
  ['31', 30],
  ['', 30],
  [undefined, 30],
  ['90abc', 30],
  [['14', '7'], 30],
])('the look-ahead %j is %d days', (asked, days) => {
  expect(lookAheadFrom(asked)).toBe(days);
});
