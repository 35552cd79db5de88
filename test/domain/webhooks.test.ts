import { expect, it } from 'vitest';
import {
  nextTryAfter,
  outcomeOfStatus,
  retrySchedule,
  stateAfterTry,
  webhookBody,
} from '../../domain/webhooks.ts';

const now = new Date('2026-11-24T12:00:00Z');
const hours = (ms: number) => ms / 3_600_000;

it('tries ten times in about three days', () => {
  expect(retrySchedule).toHaveLength(10);
  expect(hours(retrySchedule.reduce((sum, wait) => sum + wait))).toBeCloseTo(75.6, 1);
});

it('waits longer from try to try, a tenth earlier or later than planned', () => {
  for (let number = 1; number < 10; number++) {
    const planned = retrySchedule[number]!;
    const wait = (random: number) => nextTryAfter(number, now, random).getTime() - now.getTime();
    expect(wait(0.5)).toBe(planned);
    expect(wait(0)).toBeCloseTo(planned * 0.9);
    expect(wait(0.999_999)).toBeLessThan(planned * 1.1 + 1);
    expect(planned).toBeGreaterThan(retrySchedule[number - 1]!);
  }
});

it('gives up after the tenth try, at once when the endpoint is gone, and is done when it is delivered', () => {
  expect(stateAfterTry('http_error', 1)).toBe('pending');
  expect(stateAfterTry('timed_out', 9)).toBe('pending');
  expect(stateAfterTry('http_error', 10)).toBe('failed');
  expect(stateAfterTry('gone', 1)).toBe('disabled');
  expect(stateAfterTry('delivered', 10)).toBe('delivered');
});

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [301, 'redirected'],
  [304, 'redirected'],
  [400, 'http_error'],
  [410, 'gone'],
  [500, 'http_error'],
] as const)('takes status %i for %s', (status, outcome) => {
  expect(outcomeOfStatus(status)).toBe(outcome);
});

it('writes type, moment and data, and nothing else', () => {
  const body = webhookBody({ type: 'user.offboarded', occurredAt: now, data: { user: { id: 1 } } });
  expect(body).toBe(
    '{"type":"user.offboarded","timestamp":"2026-11-24T12:00:00.000Z","data":{"user":{"id":1}}}',
  );
});
