import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder, nextReminder } from '../../../database/offboarding/reminders.ts';
import { readSnapshots } from '../../../database/offboarding/snapshots.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { type Statement, spyOnQueries } from '../../../testing/cast/query-spy.ts';
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

// After an import of thousands of leavers, PostgreSQL's statistics are stale for a minute. A statement about one leaver
// must not read the reminders of the others even then.

const { database, url } = await ownDatabase();
const sql = new pg.Client({ connectionString: url });
let cast: Cast;
beforeAll(async () => {
  await sql.connect();
  cast = await makeCast(database);
  await sql.query(`
    with people as (
      insert into users (name, email, status, end_date)
      select 'Person ' || n, n || '@many.example', 'active', '2099-01-31' from generate_series(1, 1000) n returning id
    )
    insert into offboardings (user_id, state, opened_by) select id, 'open', 'system' from people`);
  await sql.query(`
    insert into reminders (offboarding_id, last_day, kind, days, due_at)
    select id, '2099-01-31', 'before_last_day', days, '2020-01-01' from offboardings, unnest(array[1, 3, 7]) days
    where id <> ${cast.offboardingId}`);
});
afterAll(() => sql.end());

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** How many rows of a table a statement reads. */
async function rowsReadBy({ text, values }: Statement, table: 'reminders' | 'users'): Promise<number> {
  await sql.query('begin');
  const { rows } = await sql.query(`explain (analyze, format json) ${text}`, values);
  await sql.query('rollback');
  const readBelow = (node: PlanNode): number => {
    const read = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    const below = (node.Plans ?? []).map(readBelow).reduce((sum, each) => sum + each, 0);
    return below + (node['Relation Name'] === table ? read : 0);
  };
  return readBelow(rows[0]['QUERY PLAN'][0].Plan);
}

/** The statements about reminders that `work` sends. An update of reminders is not executed. */
async function aboutReminders(work: () => Promise<unknown>): Promise<Statement[]> {
  const captured: Statement[] = [];
  const capture = (statement: Statement) => {
    if (!/reminders/.test(statement.text)) return;
    captured.push(statement);
    if (/update reminders/.test(statement.text)) throw new Error('captured');
  };
  await spyOnQueries(capture, work).catch((error) => expect(error.message).toBe('captured'));
  return captured;
}

test.each<[string, number, () => Promise<unknown>]>([
  ['the next one', 1, () => nextReminder(database.em.fork(), cast.offboardingId)],
  ['a snapshot', 1, () => readSnapshots(database.em.fork(), [cast.offboardingId])],
  ['a moved end date', 2, () => setEndDate(database.em, 'system', cast.lena.id, '2099-02-15')],
])('%s reads the reminders of one leaver', async (_, count, work) => {
  const statements = await aboutReminders(work);
  expect(statements).toHaveLength(count);
  for (const statement of statements)
    expect(await rowsReadBy(statement, 'reminders'), statement.text).toBeLessThan(30);
});

test('a reminder looks for its recipients among those who have a role', async () => {
  const { id, dueAt } = await reminderNamed(database, cast.lena.id, '1 before');
  const notifying: Statement[] = [];
  const capture = (statement: Statement) => {
    if (/insert into notifications/.test(statement.text)) notifying.push(statement);
  };
  await spyOnQueries(capture, () => fireReminder(database.em, id, new Date(dueAt)));
  expect(notifying).toHaveLength(1);
  expect(await rowsReadBy(notifying[0]!, 'users')).toBeLessThan(30);
});
