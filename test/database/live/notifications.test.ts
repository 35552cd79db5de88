import pg from 'pg';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { endSessions } from '../../../database/access/sessions.ts';
import { withoutNotifications } from '../../../database/core/migrate.ts';
import { connect } from '../../../database/core/orm.ts';
import { Session } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { addDays } from '../../../domain/dates.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { recoverLaptop } from '../../../testing/cast/clearing.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const cast = await makeCast(database);
const { ada, lena, nora, emil } = cast;

const sent: string[] = [];
const listener = new pg.Client(own.url);
await listener.connect();
await listener.query('listen live');
listener.on('notification', ({ payload }) => sent.push(payload!));
const writer = new pg.Client(own.url);
await writer.connect();
afterAll(() => Promise.all([listener.end(), writer.end()]));

/** The notifications so far. They arrive before the answer to a later statement. */
async function notifications() {
  await listener.query('select');
  return sent.splice(0);
}
beforeEach(notifications);

const topicsOf = (notification: string) => notification.split(' ').sort();

test('a change of a leaver sends one notification, with ids only', async () => {
  await recoverLaptop(database, cast);
  const [notification, ...more] = await notifications();
  expect(more).toEqual([]);
  expect(topicsOf(notification!)).toEqual([`leaver:${lena.id}`, 'queue']);
});

test('a moved end date notifies about everything that it changes, at once', async () => {
  await setEndDate(em, `user:${nora.id}`, lena.id, addDays(cast.lastDay, 3));
  const [notification, ...more] = await notifications();
  expect(more).toEqual([]);
  expect(topicsOf(notification!)).toEqual([`leaver:${lena.id}`, 'queue']);
});

test('a person who does not leave changes their own page, and not the queue', async () => {
  await writer.query(`update users set job_title = 'Designer' where id = $1`, [emil.id]);
  expect(await notifications()).toEqual([`leaver:${emil.id}`]);
});

test('plain SQL notifies too, and a rolled back savepoint does not', async () => {
  await writer.query('begin');
  await writer.query('savepoint one');
  await writer.query('update seats set revoked_at = now() where id = $1', [cast.seatId]);
  await writer.query('rollback to savepoint one');
  await writer.query(`insert into notifications (user_id, kind) values ($1, 'offboarding_ready')`, [ada.id]);
  await writer.query('commit');
  expect(await notifications()).toEqual([`notifications:${ada.id}`]);
  await writer.query('begin');
  await writer.query('update seats set revoked_at = now() where id = $1', [cast.seatId]);
  await writer.query('rollback');
  expect(await notifications()).toEqual([]);
  await writer.query('update seats set revoked_at = now() where id = $1', [cast.seatId]);
  const [notification] = await notifications();
  expect(topicsOf(notification!)).toEqual([`leaver:${lena.id}`, 'queue']);
});

test('a change of many people sends one short notification', async () => {
  await writer.query(`insert into users (name, email, end_date)
    select 'Person ' || i, 'many' || i || '@lastday.example', current_date from generate_series(1, 300) i`);
  expect(await notifications()).toEqual(['many']);
});

test('an import of people who do not leave notifies only about the import', async () => {
  const { run } = importing(database, `user:${nora.id}`);
  const lines = Array.from({ length: 20 }, (_, i) => [`New ${i}`, `new${i}@lastday.example`]);
  const { id } = await run('users', csvOf(['name', 'email'], ...lines));
  const topics = new Set((await notifications()).flatMap(topicsOf));
  topics.delete(`notifications:${nora.id}`);
  expect(topics).toEqual(new Set([`import:${id}`, 'imports']));
});

test('a migration changes rows and then alters their table', async () => {
  const owner = await connect(own.ownerUrl, { poolSize: 1, firstStatement: withoutNotifications });
  try {
    await owner.em.transactional(async (transaction) => {
      await transaction.execute(`update users set department = 'Design'`);
      await transaction.execute('alter table users alter column department set default null');
    });
  } finally {
    await owner.close();
  }
  expect(await notifications()).toEqual([]);
});

test('the end of a session notifies without its key', async () => {
  const other = em.fork();
  const expire = new Date(Date.now() + 60_000);
  other.create(Session, { sid: 'a'.repeat(64), sess: { userId: emil.id }, expire });
  await other.flush();
  expect(await notifications()).toEqual([]);
  await endSessions(em, emil.id);
  expect(await notifications()).toEqual(['sessions']);
});
