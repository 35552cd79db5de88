import { expect, test } from 'vitest';
import { bulkClients, createEnvironment, tokenClients } from '../../prove/races/environment.ts';
import { race, raceWithRawSql, shareOf, summaryOf } from '../../prove/races/race.ts';
import { refusals } from '../../prove/races/raw-sql.ts';
import { whileRelaying } from '../../prove/races/relaying.ts';
import { watchInvariants } from '../../prove/races/schema-invariants.ts';
import { noProblems, verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

// The short form of what `npm run prove` does with thousands of operations.
const own = await ownDatabase();
const environment = await createEnvironment(own, 10);
const random = randomFrom(seed);
const others = [...(await bulkClients(environment, 1)), ...(await tokenClients(environment, 3, 1))];

test('ten admins, one with bulk actions, three API clients and a CSV importer at once leave a state that a serial order explains', async () => {
  const clients = [...environment.clients, ...others];
  const raceOnce = (round: number) => {
    const options = { ...environment, clients, random: random.named(`race ${round}`), operations: 18 };
    return whileRelaying(environment, random, () => race(options));
  };
  // One race of a hundred completes no one, and on a busy machine some answers come too late. Such a race must pass all
  // checks too, but another one follows.
  for (let round = 0, showsEnough = false; !showsEnough; round++) {
    expect(round).toBeLessThan(4);
    const aftermath = await raceOnce(round);
    const { history } = aftermath;
    expect(await verdictOn(environment, aftermath), summaryOf(history)).toEqual(noProblems);
    // A race where everything or nothing is refused would prove little.
    expect(history.map(({ answer }) => answer.is)).toEqual(
      expect.arrayContaining(['done', 'refused', 'unchanged']),
    );
    const done = history.filter(({ answer }) => answer.is === 'done');
    expect(done.some(({ actor }) => actor.startsWith('token:importer'))).toBe(true);
    showsEnough =
      done.some(({ operation }) => operation.kind === 'complete') && shareOf('unknown', history) < 0.02;
  }
});

test('the schema invariants hold at all times for SQL clients that bypass Lastday', async () => {
  // The statements are random, so races follow until each kind of refusal has occurred.
  const missing = new Set<string>(['done', ...refusals]);
  for (let round = 0; missing.size > 0; round++) {
    expect(round, `never occurred: ${[...missing]}`).toBeLessThan(6);
    const options = { ...environment, random: random.named(`hands ${round}`), operations: 12 };
    const { result, violations } = await watchInvariants(environment.pool, () => raceWithRawSql(options, 4));
    expect(violations).toEqual([]);
    for (const outcome of Object.keys(result.tally)) missing.delete(outcome);
  }
});
