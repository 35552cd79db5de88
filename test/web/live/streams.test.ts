import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { User } from '../../../database/entities/index.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { followTopics } from '../../../testing/web/event-stream.ts';

const { database, em, web, test } = await consoleTests();

const expiryOf = async (userId: number) => {
  const { rows } = await sql<{ expire: Date }>`
    select expire from sessions where sess->>'userId' = ${String(userId)}`.execute(sqlOf(em.fork()));
  return rows[0]!.expire.getTime();
};

/** Moves the expiry of a user's first or last session. */
const setExpiry = (userId: number, which: 'min' | 'max', from: string) =>
  sql`update sessions set expire = clock_timestamp() + ${from}::interval where sess->>'userId' = ${String(userId)}
    and sess->>'startedAt' = (select ${sql.raw(which)}(sess->>'startedAt') from sessions
      where sess->>'userId' = ${String(userId)})`.execute(sqlOf(em.fork()));

/** Expects the end of a stream within a second. */
const endsAtOnce = (ended: Promise<void>) =>
  expect(Promise.race([ended.then(() => 'ended'), pause(1_000, 'open')])).resolves.toBe('ended');

test('a stream is neither compressed nor cached, sends no cookie and extends no session', async ({
  cast,
  ivo,
}) => {
  const before = await expiryOf(cast.ivo.id);
  await pause(20);
  const headers = { 'Accept-Encoding': 'gzip, br' };
  const stream = await followTopics(web.address, ivo, 'queue', { headers });
  expect(stream.status).toBe(200);
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform');
  expect(stream.headers.get('content-encoding')).toBeNull();
  expect(stream.headers.getSetCookie()).toEqual([]);
  stream.close();
  expect(await expiryOf(cast.ivo.id)).toBe(before);
});

test('a change is sent within a second, to the pages that show it', async ({ cast, ivo }) => {
  const { lena, emil, license } = cast;
  const checklist = await followTopics(web.address, ivo, `leaver:${lena.id} queue`);
  const other = await followTopics(web.address, ivo, `leaver:${emil.id}`);
  await assignSeat(em, 'system', license.id, emil.id);
  await eventually(async () => other.events.length === 1, 1_000);
  expect(other.events).toEqual([`leaver:${emil.id}`]);
  expect(checklist.events).toEqual([]);
  await assignSeat(em, 'system', license.id, cast.timo.id);
  await em.fork().nativeUpdate(User, { id: lena.id }, { jobTitle: 'Lead' });
  await eventually(async () => checklist.events.length === 1, 1_000);
  expect(checklist.events[0]!.split(' ').sort()).toEqual([`leaver:${lena.id}`, 'queue']);
  expect(other.events).toHaveLength(1);
  checklist.close();
  other.close();
});

test('a new stream sends what has changed since the page was rendered, or everything', async ({
  cast,
  ivo,
}) => {
  const [seen, unseen] = [`leaver:${cast.lena.id}`, `leaver:${cast.timo.id}`];
  // The first stream makes the process listen.
  const first = await followTopics(web.address, ivo, 'queue');
  const since = Date.now();
  await em.fork().nativeUpdate(User, { id: cast.lena.id }, { jobTitle: 'Lead' });
  await eventually(async () => first.events.length > 0);
  const late = await followTopics(web.address, ivo, `${seen} ${unseen}`, { since });
  const again = await followTopics(web.address, ivo, `${seen} ${unseen}`, { since: 0 });
  await eventually(async () => late.events.length > 0 && again.events.length > 0);
  expect([late.events, again.events]).toEqual([[seen], [`${seen} ${unseen}`]]);
  for (const stream of [first, late, again]) stream.close();
});

test('a reader follows only what they may see', async ({ cast, ivo }) => {
  const { timo, lena } = cast;
  const employee = await web.signIn(timo.email);
  const { upload } = importing(database, `user:${cast.nora.id}`);
  const { id } = await upload('users', csvOf(['email', 'jobTitle'], [cast.emil.email, 'Designer']));
  const topics = (own: number, other: number) =>
    `queue directory leaver:${lena.id} visitors:${lena.id} imports import:${id} notifications:${other} notifications:${own} x:1`;
  const asEmployee = await followTopics(web.address, employee, topics(timo.id, lena.id), { since: 0 });
  const asItAdmin = await followTopics(web.address, ivo, topics(cast.ivo.id, lena.id), { since: 0 });
  await eventually(async () => asEmployee.events.length > 0 && asItAdmin.events.length > 0);
  expect(asEmployee.events[0]).toBe(`notifications:${timo.id}`);
  expect(asItAdmin.events[0]).toBe(
    `queue leaver:${lena.id} visitors:${lena.id} imports notifications:${cast.ivo.id}`,
  );
  expect((await followTopics(web.address, web.stranger(), 'queue')).status).toBe(303);
  asEmployee.close();
  asItAdmin.close();
});

test('a session has eight streams, and gets a place back when one closes', async ({ cast, ivo, nora }) => {
  const open = () => followTopics(web.address, ivo, `leaver:${cast.lena.id}`);
  const streams = await Promise.all(Array.from({ length: 9 }, open));
  expect(streams.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 429]);
  const other = await followTopics(web.address, nora, 'queue');
  expect(other.status).toBe(200);
  streams.find(({ status }) => status === 200)!.close();
  const ninth = await eventually(async () => {
    const stream = await open();
    return stream.status === 200 ? stream : null;
  });
  for (const stream of [...streams, other, ninth]) stream.close();
});

test('a browser that can have four asks for no fifth', async ({ ivo }) => {
  const open = (most: string) => followTopics(web.address, ivo, 'queue', { most });
  const streams = [];
  for (const most of ['4', '4', '4', '4', '4', '8', 'x']) streams.push(await open(most));
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 200, 200]);
  for (const stream of streams) stream.close();
});

describe('a stream ends within a second', () => {
  test('of the sign-out', async ({ ivo }) => {
    const stream = await followTopics(web.address, ivo, 'queue');
    await ivo.post('/session/end');
    await endsAtOnce(stream.ended);
  });

  test('of the expiry of its session', async ({ cast, ivo }) => {
    const other = await web.signIn(cast.ivo.email);
    await setExpiry(cast.ivo.id, 'min', '1100 ms');
    const [ending, staying] = await Promise.all(
      [ivo, other].map((reader) => followTopics(web.address, reader, 'queue')),
    );
    expect([ending!.status, staying!.status]).toEqual([200, 200]);
    await pause(1_000);
    await endsAtOnce(ending!.ended);
    await setExpiry(cast.ivo.id, 'max', '1 hour');
    expect(await Promise.race([staying!.ended.then(() => 'ended'), pause(100, 'open')])).toBe('open');
    staying!.close();
  });

  test('of another role or status of its reader', async ({ cast, ivo, nora }) => {
    const [first, second] = await Promise.all(
      [ivo, nora].map((reader) => followTopics(web.address, reader, 'queue')),
    );
    await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { role: 'employee' });
    await em.fork().nativeUpdate(User, { id: cast.nora.id }, { status: 'suspended' });
    await endsAtOnce(first!.ended);
    await endsAtOnce(second!.ended);
  });
});

test('the other admins on a checklist are named, once each', async ({ cast, ivo, nora, ada }) => {
  const topic = `visitors:${cast.lena.id}`;
  const mine = await followTopics(web.address, ivo, topic);
  const theirs = await Promise.all(
    [nora, nora, ada].map((reader) => followTopics(web.address, reader, topic)),
  );
  await eventually(async () => mine.events.includes(topic));
  const named = async () => {
    const { text } = await ivo.get(`/offboarding/${cast.lena.id}/visitors`);
    return text
      .replaceAll(/<[^>]*>|\s+/g, ' ')
      .replaceAll(/ +/g, ' ')
      .trim();
  };
  expect(await named()).toBe('Also here: Ada Lindqvist , Nora Keller');
  for (const stream of theirs) stream.close();
  await eventually(async () => (await named()) === 'Also here:', 2_000);
  expect((await ivo.get(`/offboarding/${cast.lena.id}/visitors`)).text).toContain('hidden');
  mine.close();
});
