import { describe, expect, test } from 'vitest';
import {
  maxAttempts,
  nextTryAfter,
  retryAfterTime,
  stateAfterTry,
  usualSchedule,
} from '../../../domain/webhooks/schedule.ts';

const now = new Date('2026-11-24T12:00:00Z');
const minutes = (at: Date | null) => at && (at.getTime() - now.getTime()) / 60_000;

test('a delivery has ten attempts in about three days', () => {
  expect(maxAttempts('user.offboarded', usualSchedule)).toBe(10);
  expect(usualSchedule.reduce((sum, wait) => sum + wait) / 3_600_000).toBeCloseTo(75.6, 1);
});

test('a test event has one attempt', () => {
  expect(maxAttempts('webhook.test', usualSchedule)).toBe(1);
});

test('the interval grows from attempt to attempt, with 10 % jitter', () => {
  for (let number = 1; number < 10; number++) {
    const planned = usualSchedule[number]!;
    const wait = (random: number) =>
      nextTryAfter(number, usualSchedule, now, null, random).getTime() - now.getTime();
    expect(wait(0.5)).toBe(planned);
    expect(wait(0)).toBeCloseTo(planned * 0.9);
    expect(wait(0.999_999)).toBeLessThan(planned * 1.1 + 1);
    expect(planned).toBeGreaterThan(usualSchedule[number - 1]!);
  }
});

test('Retry-After delays an attempt, but never advances it', () => {
  const after = (minutes: number) =>
    nextTryAfter(2, usualSchedule, now, new Date(now.getTime() + minutes * 60_000), 0.5);
  expect(minutes(after(45))).toBe(45);
  expect(minutes(after(1))).toBe(5);
});

test('a delivery fails after the last attempt, or when the endpoint is gone', () => {
  expect(stateAfterTry('http_error', 1, 10)).toBe('pending');
  expect(stateAfterTry('timed_out', 9, 10)).toBe('pending');
  expect(stateAfterTry('throttled', 9, 10)).toBe('pending');
  expect(stateAfterTry('http_error', 10, 10)).toBe('failed');
  expect(stateAfterTry('http_error', 1, 1)).toBe('failed');
  expect(stateAfterTry('gone', 1, 10)).toBe('disabled');
  expect(stateAfterTry('delivered', 10, 10)).toBe('delivered');
});

describe('Retry-After, of any length (E16)', () => {
  test.each([
    ['120', 2],
    [' 60 ', 1],
    ['Tue, 24 Nov 2026 12:30:00 GMT', 30],
    ['Tuesday, 24-Nov-26 12:30:00 GMT', 30],
    ['Tue Nov 24 12:30:00 2026', 30],
    ['999999999', 24 * 60],
    ['99999999999', 24 * 60],
    ['9'.repeat(400), 24 * 60],
    ['Fri, 31 Dec 2126 23:59:59 GMT', 24 * 60],
  ])('%s is a delay of %d minutes', (header, expected) => {
    expect(minutes(retryAfterTime(header, now))).toBe(expected);
  });

  test.each([
    null,
    '',
    '0',
    '-5',
    '1.5',
    '1e3',
    'soon',
    '2026-12-24T12:00:00Z',
    'Mon, 23 Nov 2026 12:00:00 GMT',
    'Tue, 99 Nov 2026 12:00:00 GMT',
  ])('%s is ignored', (header) => {
    expect(retryAfterTime(header, now)).toBeNull();
  });
});
