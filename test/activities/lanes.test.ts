import { expect, it } from 'vitest';
import { lanes } from '../../activities/webhooks/lanes.ts';

it('lets a few go at the same time for each key, and another one when one has left', () => {
  const { enter } = lanes(2);
  const leave = enter(1)!;
  enter(1);
  expect(enter(1)).toBeNull();
  expect(enter(2)).not.toBeNull();
  leave();
  expect(enter(1)).not.toBeNull();
  expect(enter(1)).toBeNull();
});
