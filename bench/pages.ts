import pg from 'pg';
import { leaverOf } from '../database/leavers.ts';
import { connect } from '../database/orm.ts';
import { queueOf } from '../database/queue.ts';
import { todayIn } from '../domain/dates.ts';
import { inTurns } from './clock.ts';
import { hearing, type Statement } from './hearing.ts';
import type { Place } from './place.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const rounds = 200;

/** The queue and a person's page, each beside the same statement sent by the bare driver, its rows written as JSON. */
export async function measurePages(place: Place): Promise<Row[]> {
  const database = await connect(place.databaseUrl, { poolSize: 1 });
  const {
    rows: [leaver],
  } = await oneOff(
    place.databaseUrl,
    `select user_id from offboardings where state = 'open' order by id desc limit 1`,
  );
  const today = todayIn('UTC', new Date());
  const queueQuery = await queryOf(() => queueOf(database.em, { lookAhead: 30 }, today, 1));
  const personQuery = await queryOf(() => leaverOf(database.em, leaver.user_id));
  await database.close();

  const client = new pg.Client({ connectionString: place.databaseUrl });
  await client.connect();
  const visitor = await visit(place);
  const asJson = async ({ text, values }: Statement) =>
    JSON.stringify((await client.query(text, values)).rows);
  const times = await inTurns(rounds, {
    queue: () => visitor.get('/offboarding'),
    queueBare: () => asJson(queueQuery),
    person: () => visitor.get(`/offboarding/${leaver.user_id}`),
    personBare: () => asJson(personQuery),
  });
  await client.end();
  return [
    {
      what: 'queue page, 50 rows',
      ours: times.queue,
      limit: times.queueBare,
      limitIs: 'its statement by bare pg, as JSON',
      atMost: 3,
      p95Within: 25,
    },
    {
      what: "person's page",
      ours: times.person,
      limit: times.personBare,
      limitIs: 'its statement by bare pg, as JSON',
      p50Within: 20,
    },
  ];
}

/** The statement that `work` sends, as the driver gets it. */
async function queryOf(work: () => Promise<unknown>): Promise<Statement> {
  let found: Statement | undefined;
  await hearing((statement) => {
    if (/^\s*(select|with)/i.test(statement.text)) found = statement;
  }, work);
  return found!;
}

async function oneOff(connectionString: string, text: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
