import { expect, inject, it } from 'vitest';
import { dropKeys } from '../../prove/controls/without-keys.ts';
import { connectWithoutLocks } from '../../prove/controls/without-locks.ts';
import { createEnvironment } from '../../prove/races/environment.ts';
import { race, raceWithRawSql } from '../../prove/races/race.ts';
import { watchInvariants } from '../../prove/races/schema-invariants.ts';
import { verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const random = randomFrom(seed);
/** Two clients must meet: one race nearly always suffices, so many always do. */
const racesAtMost = 8;

it('without the lock of the row the race finds what happened twice, while the laws of the schema hold', async () => {
  const own = await ownDatabase();
  const stage = await createEnvironment(
    own,
    10,
    await connectWithoutLocks(own.url, inject('postgresAdminUrl')),
  );
  const found = [
    'without exactly one audit entry',
    'has another revision',
    'cannot have happened there',
  ] as const;
  const missing = new Set<string>(found);
  for (let number = 1; number <= racesAtMost && missing.size > 0; number++) {
    const course = { ...stage, random: random.named(`race ${number}`), operations: 12 };
    const { laws, promises, order } = await verdictOn(stage, await race(course));
    expect(laws).toEqual([]);
    for (const problem of [...promises, ...order])
      for (const words of found) if (problem.includes(words)) missing.delete(words);
  }
  expect([...missing]).toEqual([]);
});

it('without the keys the race finds people who were offboarded and have something', async () => {
  const own = await ownDatabase();
  await dropKeys(own.ownerUrl);
  const stage = await createEnvironment(own, 10);
  const seen: string[] = [];
  for (let number = 1; number <= racesAtMost && seen.length === 0; number++) {
    const course = { ...stage, random: random.named(`hands ${number}`), operations: 12 };
    seen.push(...(await watchInvariants(stage.pool, () => raceWithRawSql(course, 4))).seen);
  }
  expect(seen).toContainEqual(expect.stringMatching(/has been offboarded and/));
});
