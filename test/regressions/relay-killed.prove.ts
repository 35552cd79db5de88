import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const startWorker = () => startWorkerProcess(own, engine.namespace);

const owner = new pg.Client({ connectionString: own.ownerUrl });
beforeAll(() => owner.connect());
afterAll(() => owner.end());
const one = async (text: string) => (await owner.query(text)).rows[0];

test('a relay killed while 300 reminders are due: each fires once, and none is lost', async () => {
  const count = 300;
  const lastDay = addDays(todayIn('UTC', new Date()), 10);
  const { rows: people } = await owner.query<{ id: number }>(`
    insert into users (name, email, external_id)
    select 'Leaver ' || n, 'leaver' || n || '@due.example', 'due-' || n from generate_series(1, ${count}) n
    returning id`);
  await owner.query(`
    with devices as (insert into assets (tag, model) select external_id, 'X1' from users
      where external_id like 'due-%' returning id, tag)
    insert into assignments (asset_id, user_id) select d.id, u.id from devices d join users u on u.external_id = d.tag`);
  const waiting = [...people];
  const setThem = async () => {
    for (let person = waiting.pop(); person !== undefined; person = waiting.pop())
      await setEndDate(database.em, 'system', person.id, lastDay);
  };
  await Promise.all(Array.from({ length: 8 }, setThem));
  await owner.query(`
    update reminders set due_at = now() where kind = 'before_last_day' and days = 7
      and offboarding_id in (select o.id from offboardings o join users u on u.id = o.user_id
        where u.external_id like 'due-%')`);
  const progress = (): Promise<{ fired: number; unsent: number }> =>
    one(`
      select (select count(*)::int from reminders where fired_at is not null) as fired,
        (select count(*)::int from outbox where sent_at is null and offboarding_id is not null) as unsent`);

  const all = (await progress()).unsent;
  expect(all).toBeGreaterThanOrEqual(count);
  const first = startWorker();
  await eventually(async () => (await progress()).unsent <= all - 40, 30_000);
  await first.kill();
  // The kill came before all signals were sent.
  expect((await progress()).unsent).toBeGreaterThan(0);

  const second = startWorker();
  await eventually(async () => (await progress()).fired >= 40, 30_000);
  await second.kill();
  const { fired } = await progress();
  // The kill came before all reminders fired.
  expect(fired).toBeLessThan(count);

  const next = startWorker();
  await eventually(async () => (await progress()).fired >= count, 60_000);
  const notified = await one(`
    select count(*)::int as people, max(times)::int as "mostTimes" from (
      select user_id, count(*) as times from notifications
      where kind = 'offboarding_reminder' and user_id = about_user_id group by user_id) each`);
  expect(notified).toEqual({ people: count, mostTimes: 1 });
  await eventually(async () => (await progress()).unsent === 0, 30_000);
  await next.kill();
});
