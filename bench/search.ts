import pg from 'pg';
import { connect } from '../database/core/orm.ts';
import { search } from '../database/search/search.ts';
import { type Statement, spyOnQueries } from '../testing/cast/query-spy.ts';
import { pagesFor } from '../web/search/pages.ts';
import { timeInTurns } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const rounds = 200;
const warmUp = 5;

/** Measures the search box on mixed searches, each against its statement sent by bare pg with the rows as JSON. */
export async function measureSearch(environment: BenchEnvironment): Promise<Row[]> {
  const client = new pg.Client({ connectionString: environment.databaseUrl });
  await client.connect();
  const texts = await mixedSearches(client, rounds + warmUp);
  const statements = await statementsFor(environment, texts);
  const visitor = await visit(environment);
  const times = await timeInTurns(
    rounds,
    {
      box: (round) => visitor.get(`/search/suggestions?q=${encodeURIComponent(texts[round]!)}`),
      bare: async (round) => {
        const { text, values } = statements[round]!;
        return JSON.stringify((await client.query(text, values)).rows);
      },
    },
    warmUp,
  );
  await client.end();
  const box = { what: `${rounds} mixed searches`, ours: times.box };
  return [
    { ...box, limit: times.bare, limitIs: 'their statements by bare pg, as JSON', atMost: 3 },
    { ...box, p95Within: 50 },
  ];
}

/** What people type: beginnings of every length, whole values, and parts from inside of names and addresses. */
async function mixedSearches(client: pg.Client, count: number): Promise<string[]> {
  const { rows } = await client.query<{ value: string }>(`
    select value from (
      (select name as value, id from users order by md5(id::text) limit 100)
      union all (select external_id, id from users where external_id is not null order by md5(id::text) limit 60)
      union all (select email, id from users where email is not null order by md5(id::text) limit 60)
      union all (select tag, id from assets order by md5(id::text) limit 60)
      union all (select serial, id from assets where serial is not null order by md5(id::text) limit 60)
      union all (select name, id from licenses order by md5(id::text) limit 20)
      union all (select item, id from requests order by md5(id::text) limit 40)
    ) found order by md5(value || id)`);
  const cuts: ((value: string) => string)[] = [
    (value) => value.slice(0, 1),
    (value) => value.slice(0, 2),
    (value) => value.slice(0, 3),
    (value) => value.slice(0, 6),
    (value) => value,
    (value) => value.slice(1, 4),
    (value) => value.slice(-4),
    (value) => value.slice(2, 8),
    (value) => `${value}x`,
  ];
  return Array.from({ length: count }, (_, index) =>
    cuts[index % cuts.length]!(rows[index % rows.length]!.value),
  );
}

async function statementsFor({ databaseUrl }: BenchEnvironment, texts: string[]): Promise<Statement[]> {
  const database = await connect(databaseUrl, { poolSize: 1 });
  const groups = ['people', 'assets', 'licenses', 'requests'] as const;
  const labels = pagesFor('super-admin').map(({ label }) => label);
  const statements: Statement[] = [];
  for (const typed of texts) {
    await spyOnQueries(
      (statement) => void (/^\s*select/i.test(statement.text) && statements.push(statement)),
      () => search(database.em, { text: { typed, identifier: typed }, groups, labels }, 6),
    );
  }
  await database.close();
  return statements;
}
