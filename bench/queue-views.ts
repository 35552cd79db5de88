import pg from 'pg';
import { connect } from '../database/core/orm.ts';
import { queueOf } from '../database/offboarding/queue.ts';
import { queueOverview } from '../database/offboarding/queue-overview.ts';
import { todayIn } from '../domain/dates.ts';
import { type QueueQuery, queueGroupNames } from '../domain/offboarding/queue-groups.ts';
import { helpers } from '../web/http/pages/view-helpers.ts';
import { queueParameters } from '../web/offboarding/queue-query.ts';
import { timeInTurns } from './clock.ts';
import type { BenchEnvironment } from './environment.ts';
import { queryOf, wholeQueue } from './pages.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const rounds = 50;

/** Measures each filter and order of the queue with the widest look-ahead, against its two statements by bare pg. */
export async function measureQueueViews(environment: BenchEnvironment): Promise<Row[]> {
  const database = await connect(environment.databaseUrl, { poolSize: 1 });
  const client = new pg.Client({ connectionString: environment.databaseUrl });
  await client.connect();
  const visitor = await visit(environment);
  const today = todayIn('UTC', new Date());
  const rows: Row[] = [];
  for (const [what, more] of await viewsIn(client)) {
    const query = { ...wholeQueue, lookAhead: 180 as const, ...more };
    const overview = await queryOf(() => queueOverview(database.em, query, today));
    const list = await queryOf(() => queueOf(database.em, query, today, 1));
    const times = await timeInTurns(rounds, {
      page: () => visitor.get(helpers.withQuery('/offboarding', queueParameters(query))),
      bare: async () => {
        for (const { text, values } of [overview, list])
          JSON.stringify((await client.query(text, values)).rows);
      },
    });
    rows.push({
      what: `queue of 180 days, ${what}`,
      ours: times.page,
      limit: times.bare,
      limitIs: 'its statements by bare pg, as JSON',
      atMost: 3,
    });
  }
  await client.end();
  await database.close();
  return rows;
}

/** A department and a manager with leavers, each group, and each order. */
async function viewsIn(client: pg.Client): Promise<[string, Partial<QueueQuery>][]> {
  const { rows } = await client.query<{ department: string; manager: string }>(
    `select u.department, m.name as manager from users u join users m on m.id = u.manager_id
     where u.end_date is not null and u.department is not null limit 1`,
  );
  const { department, manager } = rows[0]!;
  return [
    ['everyone', {}],
    ['a department', { department }],
    ['a manager', { manager }],
    ...queueGroupNames.map((group): [string, Partial<QueueQuery>] => [`group ${group}`, { group }]),
    ['no owner', { owner: 'none' }],
    ['waiting items', { mark: 'waiting' }],
    ['holds that are over', { mark: 'over' }],
    ['notes', { mark: 'notes' }],
    ['by name', { sort: { column: 'name', backwards: false } }],
    ['by open items', { sort: { column: 'open', backwards: true } }],
  ];
}
