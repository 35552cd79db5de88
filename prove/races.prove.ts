import { expect, test } from 'vitest';
import { ownDatabase } from '../testing/servers/database.ts';
import { logProgress } from './progress.ts';
import { raceWithDirectories } from './races/directory/race.ts';
import { bulkClients, createEnvironment, tokenClients } from './races/environment.ts';
import { type AnsweredOperation, operationKinds } from './races/operation.ts';
import { kindsDone, race, raceWithRawSql, shareOf, summaryOf } from './races/race.ts';
import { refusals } from './races/raw-sql.ts';
import { whileRelaying } from './races/relaying.ts';
import { watchInvariants } from './races/schema-invariants.ts';
import { noProblems, verdictOn } from './races/verdict.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';
import { isTimeUp } from './time-limit.ts';

const environment = await createEnvironment(await ownDatabase(), 12);
const clients = [
  ...environment.clients,
  ...(await bulkClients(environment, 3)),
  ...(await tokenClients(environment, 6, 2)),
];
const random = randomFrom(seed);
/** Operations of each client in one race; the next race has new people. */
const operations = 40;

test('races of console, API and imports leave a state that a serial order explains', async () => {
  const began = Date.now();
  const history: AnsweredOperation[] = [];
  for (let number = 1; number === 1 || !isTimeUp(began); number++) {
    const chance = random.named(`race ${number}`);
    const options = { ...environment, clients, random: chance, operations };
    const aftermath = await whileRelaying(environment, chance, () => race(options));
    expect(await verdictOn(environment, aftermath), `race ${number}`).toEqual(noProblems);
    history.push(...aftermath.history);
    logProgress(`race ${number}: ${summaryOf(aftermath.history)}`);
  }
  logProgress(`${history.length} operations`);
  expect(kindsDone(history)).toEqual(new Set(operationKinds));
  // Every result fits a missing answer, so many of them would prove nothing.
  expect(shareOf('unknown', history)).toBeLessThan(0.01);
  for (const is of ['done', 'unchanged', 'refused'] as const)
    expect(shareOf(is, history)).toBeGreaterThan(0.05);
});

test('the schema invariants hold at all times for SQL clients that bypass Lastday', async () => {
  const began = Date.now();
  let statements = 0;
  const outcomes: string[] = [];
  for (let number = 1; number === 1 || !isTimeUp(began); number++) {
    const options = { ...environment, clients, random: random.named(`hands ${number}`), operations };
    const { result, violations } = await watchInvariants(environment.pool, () =>
      whileRelaying(environment, random, () => raceWithRawSql(options, 4)),
    );
    expect(violations, `race ${number}`).toEqual([]);
    const counts = Object.values(result.tally);
    statements += counts.reduce((sum, count) => sum + count, 0);
    outcomes.push(...Object.keys(result.tally));
    logProgress(`race ${number}: raw SQL ${JSON.stringify(result.tally)}; ${summaryOf(result.history)}`);
  }
  logProgress(`${statements} statements of raw SQL`);
  // Foreign keys, unique keys, checks and permissions have each refused a statement.
  expect(outcomes).toEqual(expect.arrayContaining(['done', 'nothing to do', ...refusals]));
});

test('directories say whatever they like meanwhile: the gate holds, and no call is refused because something is open', async () => {
  const began = Date.now();
  const counts: Record<string, number> = {};
  for (let number = 1; number === 1 || !isTimeUp(began); number++) {
    const options = { ...environment, clients, random: random.named(`directories ${number}`), operations };
    const { result, violations } = await watchInvariants(environment.pool, () =>
      whileRelaying(environment, random, () => raceWithDirectories(options, environment.web.address, 4)),
    );
    expect([...violations, ...result.problems], `race ${number}`).toEqual([]);
    for (const [what, count] of Object.entries(result.counts)) counts[what] = (counts[what] ?? 0) + count;
    logProgress(`race ${number}: directories ${JSON.stringify(result.counts)}; ${summaryOf(result.history)}`);
  }
  logProgress(`directories ${JSON.stringify(counts)}`);
  for (const what of [
    'deactivate 200',
    'activate 200',
    'manager 200',
    'userName 200',
    'userName 409',
    'put 200',
  ])
    expect(counts[what], what).toBeGreaterThan(0);
});
