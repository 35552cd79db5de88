import { describe, expect, test } from 'vitest';
import {
  nextTryAfter,
  retryMoment,
  stateAfterTry,
  triesOf,
  usualSchedule,
} from '../../domain/webhooks/schedule.ts';

const now = new Date('2026-11-24T12:00:00Z');
const minutes = (at: Date | null) => at && (at.getTime() - now.getTime()) / 60_000;

test('tries ten times in about three days', () => {
  expect(triesOf('user.offboarded', usualSchedule)).toBe(10);
  expect(usualSchedule.reduce((sum, wait) => sum + wait) / 3_600_000).toBeCloseTo(75.6, 1);
});

test('tries a test once', () => {
  expect(triesOf('webhook.test', usualSchedule)).toBe(1);
});

test('waits longer from try to try, a tenth earlier or later than planned', () => {
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

test('waits for the moment that the endpoint names, but never less than planned', () => {
  const after = (minutes: number) =>
    nextTryAfter(2, usualSchedule, now, new Date(now.getTime() + minutes * 60_000), 0.5);
  expect(minutes(after(45))).toBe(45);
  expect(minutes(after(1))).toBe(5);
});

test('gives up after the last try, at once when the endpoint is gone, and is done when it is delivered', () => {
  expect(stateAfterTry('http_error', 1, 10)).toBe('pending');
  expect(stateAfterTry('timed_out', 9, 10)).toBe('pending');
  expect(stateAfterTry('throttled', 9, 10)).toBe('pending');
  expect(stateAfterTry('http_error', 10, 10)).toBe('failed');
  expect(stateAfterTry('http_error', 1, 1)).toBe('failed');
  expect(stateAfterTry('gone', 1, 10)).toBe('disabled');
  expect(stateAfterTry('delivered', 10, 10)).toBe('delivered');
});

describe('Retry-After', () => {
  test.each([
    ['120', 2],
    [' 60 ', 1],
    ['Tue, 24 Nov 2026 12:30:00 GMT', 30],
    ['Tuesday, 24-Nov-26 12:30:00 GMT', 30],
    ['Tue Nov 24 12:30:00 2026', 30],
    ['999999999', 24 * 60],
    ['Fri, 31 Dec 2126 23:59:59 GMT', 24 * 60],
  ])('%s asks to wait %d minutes', (header, expected) => {
    expect(minutes(retryMoment(header, now))).toBe(expected);
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
  ])('%s asks for nothing', (header) => {
    expect(retryMoment(header, now)).toBeNull();
  });
});
