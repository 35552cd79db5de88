import pg from 'pg';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { endSessions } from '../../../database/access/sessions.ts';
import { withoutNotifications } from '../../../database/core/migrate.ts';
import { connect } from '../../../database/core/orm.ts';
import { Session } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { addDays } from '../../../domain/dates.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop } from '../../../testing/cast/clearing.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const cast = await makeCast(database);
const { ada, lena, mira, nora, emil } = cast;

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

describe('a fact that is not about Lena, and stands on her page', () => {
  const page = `leaver:${lena.id}`;
  const changed = async (text: string, ...values: unknown[]) => {
    await writer.query(text, values);
    const [notification = '', ...more] = await notifications();
    expect(more).toEqual([]);
    return topicsOf(notification);
  };
  const rename = `update users set name = name || ' II' where id = $1`;

  test('is the name of her manager, which the queue shows too', async () => {
    expect(await changed(rename, mira.id)).toEqual(
      ['queue', ...[mira, lena, emil].map(({ id }) => `leaver:${id}`)].sort(),
    );
    expect(await changed(`update users set name = name where id = $1`, mira.id)).toEqual([
      `leaver:${mira.id}`,
    ]);
  });

  test('is the name of an admin, who may be named anywhere', async () => {
    expect(await changed(rename, ada.id)).toContain('many');
  });

  test('is that someone has her name, and no longer', async () => {
    await writer.query(`update users set name = 'LENA Brandt' where id = $1`, [emil.id]);
    const [notification] = await notifications();
    expect(topicsOf(notification!)).toEqual([page, `leaver:${emil.id}`].sort());
    const suspended = await changed(`update users set status = 'suspended' where id = $1`, emil.id);
    expect(suspended).toEqual([page, `leaver:${emil.id}`].sort());
    await writer.query(`update users set status = 'active', name = $2 where id = $1`, [emil.id, emil.name]);
  });

  test('is the name of a license, and not how many seats are used', async () => {
    expect(await changed(`update licenses set name = 'Renamed' where id = $1`, cast.license.id)).toEqual([
      page,
    ]);
    expect(await changed('update licenses set seats_total = 9 where id = $1', cast.license.id)).toEqual(['']);
  });

  test('is the model of a device that she gave back', async () => {
    expect(await changed(`update assets set model = 'Other' where id = $1`, cast.laptop.id)).toEqual([page]);
  });

  test('is a mail that is tried again or failed, and not one that arrives', async () => {
    const { rows } = await writer.query<{ id: number }>(
      `insert into mails (user_id, kind, day) values ($1, 'reminders', current_date) returning id`,
      [nora.id],
    );
    const { id } = rows[0]!;
    const told = `insert into notifications (user_id, kind, about_user_id, mail_id) values ($1, 'offboarding_reminder', $2, $3)`;
    await writer.query(told, [nora.id, lena.id, id]);
    await notifications();
    const set = (values: string) => changed(`update mails set ${values} where id = $1`, id);
    expect(await set(`state = 'sent', attempts = 1`)).toEqual(['']);
    expect(await set(`state = 'pending', attempts = 1`)).toEqual([page]);
    expect(await set(`next_try_at = now() + interval '1 hour'`)).toEqual([page]);
    expect(await set(`state = 'failed'`)).toEqual([page]);
  });

  test('is a reminder that an admin sent', async () => {
    const sent = `insert into reminders_by_hand (offboarding_id, day, sent_by) values ($1, current_date, 'system')`;
    expect(await changed(sent, cast.offboardingId)).toEqual([page]);
  });

  test('is a setting of the workspace, or the address of an endpoint', async () => {
    expect(await changed(`update workspace set time_zone = 'Asia/Tokyo'`)).toEqual(['many']);
    const { id } = await subscribe(database);
    await notifications();
    expect(await changed(`update webhook_endpoints set url = url || '2' where id = $1`, id)).toEqual([
      'many',
    ]);
    expect(await changed('update webhook_endpoints set url = url where id = $1', id)).toEqual(['']);
  });
});

test('a record follows the mails and notifications about its person', async () => {
  const other = await makeCast(database);
  await clearChecklist(database, other);
  await completeOffboarding(em, other.offboardingId, `user:${nora.id}`);
  await notifications();
  const told = `insert into notifications (user_id, kind, about_user_id) values ($1, 'webhook_failed', $2) returning id`;
  await writer.query(told, [nora.id, other.lena.id]);
  const [notification] = await notifications();
  expect(topicsOf(notification!)).toContain(`leaver:${other.lena.id}`);
});

test('what a directory leaves to decide is followed by its page', async () => {
  await writer.query(`insert into held_deactivations (user_id, reason) values ($1, 'limit')`, [emil.id]);
  expect((await notifications()).map(topicsOf)).toEqual([['directory', `leaver:${emil.id}`]]);
  await writer.query('delete from held_deactivations');
  expect((await notifications()).map(topicsOf)).toEqual([['directory', `leaver:${emil.id}`]]);
  await writer.query(
    `insert into directory_questions (kind, candidates, user_name, name) values ('person', '{1}', 'x', 'X')`,
  );
  await writer.query('update directory_questions set decided_at = now()');
  await writer.query('delete from directory_questions');
  expect(await notifications()).toEqual(['directory', 'directory', 'directory']);
});
