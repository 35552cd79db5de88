import type pg from 'pg';
import type { Database } from '../../database/core/orm.ts';
import type { Random } from '../random.ts';
import { type Fixture, makeFixture } from './fixture.ts';
import type { Aftermath } from './linearizability.ts';
import { readModel } from './model.ts';
import type { AnsweredOperation, Client, Operation, OperationKind } from './operation.ts';
import { chooseOperation } from './operation-generator.ts';
import { runRawSql, type Tally } from './raw-sql.ts';
import { trailOf } from './trail.ts';

export interface RaceOptions {
  database: Database;
  pool: pg.Pool;
  clients: readonly Client[];
  random: Random;
  /** Operations of each client. */
  operations: number;
}

/** Runs all clients concurrently on a new company, and collects the result. */
export async function race({ database, pool, clients, random, operations }: RaceOptions): Promise<Aftermath> {
  const company = await makeFixture(database, pool);
  const before = await readModel(pool, company);
  const histories = await Promise.all(
    clients.map((client) => runOperations(client, random.named(client.actor), pool, company, operations)),
  );
  return {
    company,
    before,
    history: histories.flat(),
    trail: await trailOf(pool, company),
    after: await readModel(pool, company),
  };
}

/** Runs the operations of a client on a company, one batch after the other, and returns them with their answers. */
export async function runOperations(
  client: Client,
  random: Random,
  pool: pg.Pool,
  company: Fixture,
  operations: number,
): Promise<AnsweredOperation[]> {
  const history: AnsweredOperation[] = [];
  for (let done = 0; done < operations; done++) {
    const chosen =
      (await client.choose?.(random, pool, company)) ??
      (await chooseBatch(client, random, pool, company, done / operations));
    const began = Date.now();
    const answers = await client.ask(chosen);
    const ended = Date.now();
    history.push(
      ...chosen.map((operation, index) => ({
        actor: client.actor,
        operation,
        began,
        ended,
        answer: answers[index]!,
      })),
    );
  }
  return history;
}

/** Chooses the operations of one batch, each about another person. */
async function chooseBatch(
  client: Client,
  random: Random,
  pool: pg.Pool,
  company: Fixture,
  progress: number,
): Promise<Operation[]> {
  const { batchSize } = client;
  const left = { ...company, people: [...company.people] };
  const chosen: Operation[] = [];
  while (chosen.length < batchSize) {
    const operation = await chooseOperation(random, pool, left, progress, client);
    chosen.push(operation);
    if (batchSize > 1)
      left.people = left.people.filter((id) => !('userId' in operation) || id !== operation.userId);
  }
  return chosen;
}

/** The same with SQL clients that bypass Lastday. Only the schema protects such a company. */
export async function raceWithRawSql(
  options: RaceOptions,
  sqlClients: number,
): Promise<{ company: Fixture; history: AnsweredOperation[]; tally: Tally }> {
  const { database, pool, clients, random, operations } = options;
  const company = await makeFixture(database, pool);
  const histories = clients.map((client) =>
    runOperations(client, random.named(client.actor), pool, company, operations),
  );
  const tallies = Array.from({ length: sqlClients }, (_, index) =>
    runRawSql(random.named(`hand ${index}`), pool, company, operations * 2),
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

/** The share of one kind of answer, from 0 to 1. */
export const shareOf = (
  is: AnsweredOperation['answer']['is'],
  history: readonly AnsweredOperation[],
): number => history.filter(({ answer }) => answer.is === is).length / history.length;

/** The kinds of operation that were done at least once. */
export const kindsDone = (history: readonly AnsweredOperation[]): Set<OperationKind> =>
  new Set(history.flatMap(({ operation, answer }) => (answer.is === 'done' ? [operation.kind] : [])));

/** The counts of the answers, and the operations without an answer, in one line. */
export function summaryOf(history: readonly AnsweredOperation[]): string {
  const counts = Map.groupBy(history, ({ answer }) => answer.is);
  const count = (is: AnsweredOperation['answer']['is']) => counts.get(is)?.length ?? 0;
  const completions = history.filter(
    ({ operation, answer }) => operation.kind === 'complete' && answer.is === 'done',
  ).length;
  const without = (counts.get('unknown') ?? []).map(
    ({ operation, answer }) => `; ${operation.kind}: ${'why' in answer ? answer.why : ''}`,
  );
  return `${history.length} operations: ${count('done')} done (${completions} completions), ${count('unchanged')} unchanged, ${count('refused')} refused, ${count('unknown')} without an answer${without.join('')}`;
}
