import { expect, test } from 'vitest';
import { type Failing, failingAfter, hasFailedTooLong } from '../../../domain/webhooks/health.ts';

const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 10, day, hour));
const failingAt = (...times: Date[]): Failing =>
  times.reduce<Failing | null>((before, time) => failingAfter(before, time), null)!;

test('a failing period starts at the first failure', () => {
  expect(failingAt(at(1), at(2), at(3))).toEqual({ since: at(1), last: at(3) });
});

test('an endpoint has failed too long after five days', () => {
  const days = [at(1), at(2), at(3, 12), at(5)];
  expect(hasFailedTooLong(failingAt(...days, at(5, 23)))).toBe(false);
  expect(hasFailedTooLong(failingAt(...days, at(6)))).toBe(true);
});

test('a failing period restarts after two days without an attempt', () => {
  const failing = failingAt(at(1), at(2), at(4, 1));
  expect(failing.since).toEqual(at(4, 1));
  expect(failingAt(at(1), at(2), at(4)).since).toEqual(at(1));
});
