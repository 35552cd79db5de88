import pg from 'pg';
import { connect } from '../database/core/orm.ts';
import { readChecklistPage } from '../database/offboarding/checklist-page.ts';
import { queueOf } from '../database/offboarding/queue.ts';
import { queueOverview } from '../database/offboarding/queue-overview.ts';
import { todayIn } from '../domain/dates.ts';
import { noFilter, type QueueQuery, soonestFirst } from '../domain/offboarding/queue-groups.ts';
import { type Statement, spyOnQueries } from '../testing/cast/query-spy.ts';
import { timeInTurns } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const rounds = 200;

/** The queue as it opens. */
export const wholeQueue: QueueQuery = {
  lookAhead: 30,
  group: null,
  ...noFilter,
  sort: soonestFirst,
};

/**
 * Measures the queue and a leaver's page, each against its statement sent by bare pg with the rows as JSON, and against
 * the same page of a smaller environment.
 */
export async function measurePages(environment: BenchEnvironment, smaller: BenchEnvironment): Promise<Row[]> {
  const leaverId = await someLeaverIn(environment);
  const database = await connect(environment.databaseUrl, { poolSize: 1 });
  const today = todayIn('UTC', new Date());
  const queueQuery = await queryOf(() => queueOf(database.em, wholeQueue, today, 1));
  const overviewQuery = await queryOf(() => queueOverview(database.em, wholeQueue, today));
  const personQuery = await queryOf(() => readChecklistPage(database.em, leaverId));
  await database.close();

  const client = new pg.Client({ connectionString: environment.databaseUrl });
  await client.connect();
  const [visitor, visitorOfSmaller] = [await visit(environment), await visit(smaller)];
  const leaverOfSmaller = await someLeaverIn(smaller);
  const asJson = async ({ text, values }: Statement) =>
    JSON.stringify((await client.query(text, values)).rows);
  const times = await timeInTurns(rounds, {
    queue: () => visitor.get('/offboarding'),
    queueOfSmaller: () => visitorOfSmaller.get('/offboarding'),
    queueBare: async () => [await asJson(overviewQuery), await asJson(queueQuery)],
    person: () => visitor.get(`/offboarding/${leaverId}`),
    personOfSmaller: () => visitorOfSmaller.get(`/offboarding/${leaverOfSmaller}`),
    personBare: () => asJson(personQuery),
  });
  await client.end();
  const isBare = { limitIs: 'its statements by bare pg, as JSON' };
  const isSmaller = { limitIs: `with ${smaller.population.users} people`, atMost: 1.3 };
  const queue = { what: 'queue page, 50 rows', ours: times.queue };
  const person = { what: "person's page", ours: times.person };
  const among = `, ${environment.population.users} people`;
  return [
    { ...queue, limit: times.queueBare, ...isBare, atMost: 3, p95Within: 25 },
    { ...person, limit: times.personBare, ...isBare, p50Within: 20 },
    { ...queue, what: queue.what + among, limit: times.queueOfSmaller, ...isSmaller },
    { ...person, what: person.what + among, limit: times.personOfSmaller, ...isSmaller },
  ];
}

/** The last SELECT that `work` sends. */
export async function queryOf(work: () => Promise<unknown>): Promise<Statement> {
  let found: Statement | undefined;
  await spyOnQueries((statement) => {
    if (/^\s*(select|with)/i.test(statement.text)) found = statement;
  }, work);
  return found!;
}

/** The id of a leaver. */
async function someLeaverIn({ databaseUrl }: BenchEnvironment): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: number }>(
      `select user_id as id from offboardings where state = 'open' order by id desc limit 1`,
    );
    return rows[0]!.id;
  } finally {
    await client.end();
  }
}
