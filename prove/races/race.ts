import type pg from 'pg';
import type { Database } from '../../database/core/orm.ts';
import type { Random } from '../random.ts';
import { type Fixture, makeFixture } from './fixture.ts';
import type { Aftermath } from './linearizability.ts';
import { readModel } from './model.ts';
import type { Client, Operation, OperationKind, Told } from './operation.ts';
import { chooseOperation } from './operation-generator.ts';
import { runRawSql, type Tally } from './raw-sql.ts';
import { trailOf } from './trail.ts';

/** Where a race is run, and by whom. */
export interface Course {
  database: Database;
  pool: pg.Pool;
  /** One for each client. */
  doors: readonly Client[];
  random: Random;
  /** How many things each client asks for. */
  operations: number;
}

/** Lets all clients loose on one new company at the same moment, and keeps what became of it. */
export async function race({ database, pool, doors, random, operations }: Course): Promise<Aftermath> {
  const company = await makeFixture(database, pool);
  const before = await readModel(pool, company);
  const histories = await Promise.all(
    doors.map((door) => askOneAfterAnother(door, random.named(door.actor), pool, company, operations)),
  );
  return {
    company,
    before,
    history: histories.flat(),
    trail: await trailOf(pool, company),
    after: await readModel(pool, company),
  };
}

async function askOneAfterAnother(
  door: Client,
  random: Random,
  pool: pg.Pool,
  company: Fixture,
  operations: number,
): Promise<Told[]> {
  const history: Told[] = [];
  for (let done = 0; done < operations; done++) {
    const chosen = await chooseTogether(door, random, pool, company, done / operations);
    const began = Date.now();
    const answers = await door.ask(chosen);
    const ended = Date.now();
    history.push(
      ...chosen.map((operation, index) => ({
        actor: door.actor,
        operation,
        began,
        ended,
        answer: answers[index]!,
      })),
    );
  }
  return history;
}

/** What a client asks for at once is about different people. */
async function chooseTogether(
  { kinds, atOnce }: Client,
  random: Random,
  pool: pg.Pool,
  company: Fixture,
  progress: number,
): Promise<Operation[]> {
  const left = { ...company, people: [...company.people] };
  const chosen: Operation[] = [];
  while (chosen.length < atOnce) {
    const operation = await chooseOperation(random, pool, left, progress, kinds);
    chosen.push(operation);
    if (atOnce > 1)
      left.people = left.people.filter((id) => !('userId' in operation) || id !== operation.userId);
  }
  return chosen;
}

/** The same with clients beside them who write with SQL what they like. Only the schema's laws hold for such a company. */
export async function raceWithRawSql(
  course: Course,
  hands: number,
): Promise<{ company: Fixture; history: Told[]; tally: Tally }> {
  const { database, pool, doors, random, operations } = course;
  const company = await makeFixture(database, pool);
  const histories = doors.map((door) =>
    askOneAfterAnother(door, random.named(door.actor), pool, company, operations),
  );
  const tallies = Array.from({ length: hands }, (_, hand) =>
    runRawSql(random.named(`hand ${hand}`), pool, company, operations * 2),
  );
  const history = (await Promise.all(histories)).flat();
  return { company, history, tally: sumOf(await Promise.all(tallies)) };
}

function sumOf(tallies: readonly Tally[]): Tally {
  const sum: Tally = {};
  for (const tally of tallies) {
    for (const [became, count] of Object.entries(tally)) sum[became] = (sum[became] ?? 0) + count;
  }
  return sum;
}

/** How many of all answers were of a kind, from 0 to 1. */
export const shareOf = (is: Told['answer']['is'], history: readonly Told[]): number =>
  history.filter(({ answer }) => answer.is === is).length / history.length;

/** What was asked for and done at least once. */
export const kindsDone = (history: readonly Told[]): Set<OperationKind> =>
  new Set(history.flatMap(({ operation, answer }) => (answer.is === 'done' ? [operation.kind] : [])));

/** How a race went, in one line: who was told what, and of what there was no answer. */
export function inFigures(history: readonly Told[]): string {
  const counts = Map.groupBy(history, ({ answer }) => answer.is);
  const count = (is: Told['answer']['is']) => counts.get(is)?.length ?? 0;
  const completions = history.filter(
    ({ operation, answer }) => operation.kind === 'complete' && answer.is === 'done',
  ).length;
  const without = (counts.get('unknown') ?? []).map(
    ({ operation, answer }) => `; ${operation.kind}: ${'why' in answer ? answer.why : ''}`,
  );
  return `${history.length} asked: ${count('done')} done (${completions} completions), ${count('unchanged')} needed nothing, ${count('refused')} refused, ${count('unknown')} without an answer${without.join('')}`;
}
