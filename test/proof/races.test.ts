import { expect, it } from 'vitest';
import { createEnvironment, machineClients } from '../../prove/races/environment.ts';
import { inFigures, race, raceWithRawSql, shareOf } from '../../prove/races/race.ts';
import { refusals } from '../../prove/races/raw-sql.ts';
import { whileRelaying } from '../../prove/races/relaying.ts';
import { watchInvariants } from '../../prove/races/schema-invariants.ts';
import { allIsWell, verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

// The short form of what `npm run prove` does with thousands of operations.
const own = await ownDatabase();
const stage = await createEnvironment(own, 10);
const random = randomFrom(seed);
const machines = await machineClients(stage, 3, 1);

it('ten admins, three callers of the API and a sender of CSV files at once leave nothing that one after another could not have left', async () => {
  const doors = [...stage.doors, ...machines];
  const raceOnce = (turn: number) => {
    const course = { ...stage, doors, random: random.named(`race ${turn}`), operations: 18 };
    return whileRelaying(stage, random, () => race(course));
  };
  // In one race of a hundred chance lets nobody be completed, and on a busy machine some answers come too late to be told
  // apart from what others did: such a race is held to everything too, and run again.
  for (let turn = 0, showsEnough = false; !showsEnough; turn++) {
    expect(turn).toBeLessThan(4);
    const aftermath = await raceOnce(turn);
    const { history } = aftermath;
    expect(await verdictOn(stage, aftermath), inFigures(history)).toEqual(allIsWell);
    // Were everything refused, or nothing, the race would prove little.
    expect(history.map(({ answer }) => answer.is)).toEqual(
      expect.arrayContaining(['done', 'refused', 'unchanged']),
    );
    const done = history.filter(({ answer }) => answer.is === 'done');
    expect(done.some(({ actor }) => actor.startsWith('token:importer'))).toBe(true);
    showsEnough =
      done.some(({ operation }) => operation.kind === 'complete') && shareOf('unknown', history) < 0.02;
  }
});

it('the laws of the schema hold at every moment for SQL clients who ask nobody', async () => {
  // Which of their statements break a law is up to chance: until each kind of refusal has been met.
  const missing = new Set<string>(['done', ...refusals]);
  for (let turn = 0; missing.size > 0; turn++) {
    expect(turn, `never met: ${[...missing]}`).toBeLessThan(6);
    const course = { ...stage, random: random.named(`hands ${turn}`), operations: 12 };
    const { result, seen } = await watchInvariants(stage.pool, () => raceWithRawSql(course, 4));
    expect(seen).toEqual([]);
    for (const became of Object.keys(result.tally)) missing.delete(became);
  }
});
