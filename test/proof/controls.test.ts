import { expect, inject, test } from 'vitest';
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
/** Two clients must conflict: one race is nearly always enough, and eight always were. */
const racesAtMost = 8;

test('without the row lock the race finds double changes, while the schema invariants hold', async () => {
  const own = await ownDatabase();
  const environment = await createEnvironment(
    own,
    10,
    await connectWithoutLocks(own.url, inject('postgresAdminUrl')),
  );
  const found = [
    'without exactly one audit entry',
    'has a revision that differs',
    'cannot have happened there',
  ] as const;
  const missing = new Set<string>(found);
  for (let number = 1; number <= racesAtMost && missing.size > 0; number++) {
    const options = { ...environment, random: random.named(`race ${number}`), operations: 12 };
    const { schema, audit, order } = await verdictOn(environment, await race(options));
    expect(schema).toEqual([]);
    for (const problem of [...audit, ...order])
      for (const text of found) if (problem.includes(text)) missing.delete(text);
  }
  expect([...missing]).toEqual([]);
});

test('without the foreign keys the race finds offboarded people who still have items', async () => {
  const own = await ownDatabase();
  await dropKeys(own.ownerUrl);
  const environment = await createEnvironment(own, 10);
  const violations: string[] = [];
  for (let number = 1; number <= racesAtMost && violations.length === 0; number++) {
    const options = { ...environment, random: random.named(`hands ${number}`), operations: 12 };
    violations.push(
      ...(await watchInvariants(environment.pool, () => raceWithRawSql(options, 4))).violations,
    );
  }
  expect(violations).toContainEqual(expect.stringMatching(/has been offboarded and/));
});
