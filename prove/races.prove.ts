import { expect, it } from 'vitest';
import { ownDatabase } from '../testing/servers/database.ts';
import { tell } from './account.ts';
import { timeIsUp } from './length.ts';
import { createEnvironment, machineClients } from './races/environment.ts';
import { operationKinds, type Told } from './races/operation.ts';
import { inFigures, kindsDone, race, raceWithRawSql, shareOf } from './races/race.ts';
import { refusals } from './races/raw-sql.ts';
import { whileRelaying } from './races/relaying.ts';
import { watchInvariants } from './races/schema-invariants.ts';
import { allIsWell, verdictOn } from './races/verdict.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';

const stage = await createEnvironment(await ownDatabase(), 12);
const doors = [...stage.doors, ...(await machineClients(stage, 6, 2))];
const random = randomFrom(seed);
/** Things that each client asks for in one race; then another begins with new people. */
const operations = 40;

it('races of console, API and imports leave nothing that one after another could not have left', async () => {
  const began = Date.now();
  const asked: Told[] = [];
  for (let number = 1; number === 1 || !timeIsUp(began); number++) {
    const chance = random.named(`race ${number}`);
    const course = { ...stage, doors, random: chance, operations };
    const aftermath = await whileRelaying(stage, chance, () => race(course));
    expect(await verdictOn(stage, aftermath), `race ${number}`).toEqual(allIsWell);
    asked.push(...aftermath.history);
    tell(`race ${number}: ${inFigures(aftermath.history)}`);
  }
  tell(`${asked.length} operations`);
  expect(kindsDone(asked)).toEqual(new Set(operationKinds));
  // Of an answer that did not come anything may be true: many of them would prove nothing.
  expect(shareOf('unknown', asked)).toBeLessThan(0.01);
  for (const is of ['done', 'unchanged', 'refused'] as const)
    expect(shareOf(is, asked)).toBeGreaterThan(0.05);
});

it('the laws of the schema hold at every moment for SQL clients who ask nobody', async () => {
  const began = Date.now();
  let tried = 0;
  const became: string[] = [];
  for (let number = 1; number === 1 || !timeIsUp(began); number++) {
    const course = { ...stage, doors, random: random.named(`hands ${number}`), operations };
    const { result, seen } = await watchInvariants(stage.pool, () =>
      whileRelaying(stage, random, () => raceWithRawSql(course, 4)),
    );
    expect(seen, `race ${number}`).toEqual([]);
    const counts = Object.values(result.tally);
    tried += counts.reduce((sum, count) => sum + count, 0);
    became.push(...Object.keys(result.tally));
    tell(`race ${number}: by hand ${JSON.stringify(result.tally)}; ${inFigures(result.history)}`);
  }
  tell(`${tried} statements by hand`);
  // The keys, the unique ones and the checks have all had something to refuse.
  expect(became).toEqual(expect.arrayContaining(['done', 'nothing to do', ...refusals]));
});
