import { sql } from 'kysely';
import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { personSignedIn } from '../../../database/access/sessions.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { markRead, notificationsOf } from '../../../database/mail/notifications.ts';
import { createUser } from '../../../database/people/users.ts';
import { type Statement, spyOnQueries } from '../../../testing/cast/query-spy.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;
let reader: number;
let someone: number;
beforeAll(async () => {
  reader = await createUser(em, 'system', { name: 'Reader', email: 'reader@x.example' });
  someone = await createUser(em, 'system', { name: 'Someone', email: 'someone@x.example' });
});

/** Adds `count` notifications of a kind. */
const notify = (kind: string, { aboutUserId = someone, count = 1, daysAgo = 0 } = {}) =>
  sql`
    insert into notifications (user_id, kind, about_user_id, created_at)
    select ${reader}::int, ${kind}, ${aboutUserId}::int, now() - ${daysAgo} * interval '1 day'
    from generate_series(1, ${count}::int)`.execute(sqlOf(em.fork()));

const counted = async () => (await personSignedIn(em.fork(), reader))!.unread;
const shown = async () =>
  (await notificationsOf(em.fork(), reader, { before: null, limit: 1_000 })).filter(
    (group) => group.unread > 0,
  ).length;

test('unread notifications are counted as the page groups them', async () => {
  expect(await counted()).toBe(0);
  await notify('offboarding_reminder', { count: 300 });
  await notify('offboarding_reminder', { count: 20, daysAgo: 1 });
  await notify('offboarding_reminder', { count: 2, daysAgo: 40 });
  await notify('offboarding_ready', { count: 5, daysAgo: 1 });
  // Notifications about the reader, and those of kinds that are not grouped, count singly.
  await notify('offboarding_reminder', { count: 2, aboutUserId: reader });
  await notify('offboarding_completed', { count: 3 });
  expect(await counted()).toBe(9);
  expect(await shown()).toBe(9);
});

test('unread notifications are counted up to a hundred', async () => {
  await notify('offboarding_completed', { count: 95 });
  expect(await shown()).toBe(104);
  expect(await counted()).toBe(100);
});

test('read notifications are not counted', async () => {
  const [newest] = await notificationsOf(em.fork(), reader, { before: null, limit: 1 });
  await markRead(em.fork(), reader, newest!.id);
  expect(await counted()).toBe(0);
  await notify('offboarding_reminder', { count: 7 });
  expect(await counted()).toBe(1);
});

test('the count reads one notification for each day', async () => {
  await notify('offboarding_reminder', { count: 20_000, daysAgo: 2 });
  const statements: Statement[] = [];
  await spyOnQueries((statement) => statements.push(statement), counted);
  const [{ text, values }] = statements.filter((statement) => statement.text.includes('notifications')) as [
    Statement,
  ];
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  await pool.query('analyze notifications');
  const { rows } = await pool.query(`explain (analyze, costs off) ${text}`, values);
  await pool.end();
  const read = rows.map((row) => Number(/notifications.*rows=(\d+)/.exec(row['QUERY PLAN'])?.[1] ?? 0));
  expect(Math.max(...read)).toBe(1);
  expect(await counted()).toBe(2);
});
