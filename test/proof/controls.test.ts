import { expect, it } from 'vitest';
import { dropKeys } from '../../prove/controls/without-keys.ts';
import { connectWithoutLocks } from '../../prove/controls/without-locks.ts';
import { watchingLaws } from '../../prove/races/laws.ts';
import { race, raceWithHands } from '../../prove/races/race.ts';
import { setStage } from '../../prove/races/stage.ts';
import { verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../support/database.ts';

const random = randomFrom(seed);

it('without the lock of the row the race finds what happened twice, while the laws of the schema hold', async () => {
  const own = await ownDatabase();
  const stage = await setStage(own, 10, await connectWithoutLocks(own.url));
  const aftermath = await race({ ...stage, random: random.named('race'), operations: 18 });
  const { laws, promises, order } = await verdictOn(stage, aftermath);
  expect(laws).toEqual([]);
  expect(promises).toContainEqual(expect.stringContaining('without exactly one audit entry'));
  expect(promises).toContainEqual(expect.stringContaining('has another revision'));
  expect(order).toContainEqual(expect.stringContaining('cannot have happened there'));
});

it('without the keys the race finds people who were offboarded and have something', async () => {
  const own = await ownDatabase();
  await dropKeys(own.ownerUrl);
  const stage = await setStage(own, 10);
  const course = { ...stage, random: random.named('hands'), operations: 12 };
  const { seen } = await watchingLaws(stage.pool, () => raceWithHands(course, 4));
  expect(seen).toContainEqual(expect.stringMatching(/has been offboarded and/));
});
