import { expect, it } from 'vitest';
import { type Lanes, lanes } from '../../activities/webhooks/lanes.ts';

const enters = (entered: ReturnType<Lanes['enter']>) => 'leave' in entered;
const waitOf = (entered: ReturnType<Lanes['enter']>) => ('wait' in entered ? entered.wait : 0);

it('lets a few go at the same time for each key, and another one when one has left', () => {
  const { enter } = lanes(2);
  const first = enter(1) as { leave: () => void };
  expect(enters(enter(1))).toBe(true);
  expect(enters(enter(1))).toBe(false);
  expect(enters(enter(2))).toBe(true);
  first.leave();
  expect(enters(enter(1))).toBe(true);
  expect(enters(enter(1))).toBe(false);
});

it('sends the others away for as long as it takes until lanes become free, one after the other', () => {
  let now = 0;
  const { enter } = lanes(2, () => now);
  enter(1);
  enter(1);
  expect(waitOf(enter(1))).toBe(500);
  // Both have been under way for ten seconds: a lane becomes free every five.
  now = 10_000;
  expect([enter(1), enter(1), enter(1)].map(waitOf)).toEqual([5_000, 10_000, 15_000]);
});

it('sends nobody away for longer than a minute', () => {
  let now = 0;
  const { enter } = lanes(2, () => now);
  enter(1);
  enter(1);
  now = 20_000;
  const waits = Array.from({ length: 1_000 }, () => waitOf(enter(1)));
  expect(Math.max(...waits)).toBe(60_000);
});
