import { expect, test } from 'vitest';
import { type EndpointLimiter, endpointLimiter } from '../../activities/webhooks/endpoint-limiter.ts';

type Acquired = ReturnType<EndpointLimiter['acquire']>;

const isAcquired = (acquired: Acquired) => 'release' in acquired;
const retryAfterMsOf = (acquired: Acquired) => ('retryAfterMs' in acquired ? acquired.retryAfterMs : 0);

test('each endpoint has a few slots, and a released slot can be acquired again', () => {
  const { acquire } = endpointLimiter(2);
  const first = acquire(1) as { release: () => void };
  expect(isAcquired(acquire(1))).toBe(true);
  expect(isAcquired(acquire(1))).toBe(false);
  expect(isAcquired(acquire(2))).toBe(true);
  first.release();
  expect(isAcquired(acquire(1))).toBe(true);
  expect(isAcquired(acquire(1))).toBe(false);
});

test('refused attempts retry one after the other, at the pace at which slots become free', () => {
  let now = 0;
  const { acquire } = endpointLimiter(2, () => now);
  acquire(1);
  acquire(1);
  expect(retryAfterMsOf(acquire(1))).toBe(500);
  // Both attempts have run for ten seconds, so a slot becomes free every five.
  now = 10_000;
  expect([acquire(1), acquire(1), acquire(1)].map(retryAfterMsOf)).toEqual([5_000, 10_000, 15_000]);
});

test('no refused attempt waits for longer than a minute', () => {
  let now = 0;
  const { acquire } = endpointLimiter(2, () => now);
  acquire(1);
  acquire(1);
  now = 20_000;
  const waits = Array.from({ length: 1_000 }, () => retryAfterMsOf(acquire(1)));
  expect(Math.max(...waits)).toBe(60_000);
});
