import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWebProcess } from '../../../testing/servers/web-process.ts';
import { followTopics } from '../../../testing/web/event-stream.ts';
import { patchOf, scimClient } from '../../../testing/web/scim/client.ts';

// Streams of two web processes, as in production behind a load balancer.
const own = await ownDatabase();
const { database } = own;
const cast = await makeCast(database);
const [here, there] = await Promise.all(
  ['0', '1'].map((seconds) => startWebProcess(own, 'nowhere', { DRAIN_SECONDS: seconds })),
);
const ivo = await here!.signIn(cast.ivo.email);
const client = new pg.Client(own.url);
await client.connect();
afterAll(() => client.end());

const at = (web: typeof here, topics = 'queue', since = Date.now()) =>
  followTopics(web!.address, ivo, topics, { since });
const listeners = async () => {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and query in ('listen live', 'select')
      and pid <> pg_backend_pid() order by backend_start`,
  );
  return rows.map(({ pid }) => pid);
};

test('both processes tell their pages, each by one connection that listens', async () => {
  const topic = `leaver:${cast.emil.id}`;
  const streams = await Promise.all([at(here, topic), at(here, topic), at(there, topic)]);
  await assignSeat(database.em, 'system', cast.license.id, cast.emil.id);
  await eventually(async () => streams.every(({ events }) => events.length > 0));
  expect(await listeners()).toHaveLength(2);
  for (const stream of streams) stream.close();
});

test('the places of a session count over both processes', async () => {
  await eventually(async () => (await client.query('select from live_streams')).rowCount === 0);
  const streams = [];
  for (let i = 0; i < 9; i++) streams.push(await at(i % 2 === 0 ? here : there));
  expect(streams.map(({ status }) => status)).toEqual([...Array(8).fill(200), 429]);
  for (const stream of streams) stream.close();
});

test('a lost connection ends the streams, and the next one sends everything anew', async () => {
  const topics = `leaver:${cast.lena.id} queue`;
  const stream = await eventually(async () => {
    const opened = await at(here, topics);
    return opened.status === 200 ? opened : null;
  });
  for (const pid of await listeners()) await client.query('select pg_terminate_backend($1)', [pid]);
  await stream.ended;
  const again = await eventually(async () => {
    const opened = await at(here, topics, 0);
    return opened.status === 200 ? opened : null;
  });
  await eventually(async () => again.events.length > 0);
  expect(again.events).toEqual([topics]);
  again.close();
});

test('an open stream needs less than 200 kB, so that 500 need less than 100 MB', async () => {
  const residentKb = () =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${here!.child.pid}/status`, 'utf8'))![1]);
  const emails = [cast.ada, cast.nora, cast.ivo].map(({ email }) => email);
  const readers = [];
  for (let i = 0; i < 16; i++) readers.push(await here!.signIn(emails[i % 3]!));
  const before = residentKb();
  const eightEach = readers.flatMap((reader) => Array(8).fill(reader));
  const streams = await Promise.all(eightEach.map((reader) => followTopics(here!.address, reader, 'queue')));
  const perStreamKb = (residentKb() - before) / streams.length;
  for (const stream of streams) stream.close();
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  expect(perStreamKb).toBeLessThan(200);
});

test('a sign-out in one process ends the streams in the other within a second', async () => {
  const nora = await there!.signIn(cast.nora.email);
  const stream = await followTopics(here!.address, nora, 'queue');
  await nora.post('/session/end');
  expect(await Promise.race([stream.ended.then(() => 'ended'), pause(1_000, 'open')])).toBe('ended');
});

test('a deactivation by the directory in one process ends sessions and streams in the other', async () => {
  const call = await scimClient(database, there!.address);
  const { email } = cast.nora;
  const { json } = await call('POST', '/Users', {
    userName: email,
    emails: [{ value: email, primary: true }],
  });
  const nora = await here!.signIn(email);
  const stream = await followTopics(here!.address, nora, 'queue');
  expect([(await nora.get('/offboarding')).status, stream.status]).toEqual([200, 200]);
  const { status } = await call(
    'PATCH',
    `/Users/${json.id}`,
    patchOf({ op: 'Replace', path: 'active', value: 'False' }),
  );
  expect(status).toBe(200);
  const next = await nora.get('/offboarding');
  expect([next.status, next.location]).toEqual([303, expect.stringContaining('/sign-in')]);
  expect(await Promise.race([stream.ended.then(() => 'ended'), pause(1_000, 'open')])).toBe('ended');
  expect((await followTopics(here!.address, nora, 'queue')).status).not.toBe(200);
});

test('a shutdown ends the streams first, and leaves no rows of them', async () => {
  const stream = await at(there);
  expect(stream.status).toBe(200);
  const exited = once(there!.child, 'exit');
  const told = Date.now();
  there!.child.kill('SIGTERM');
  await stream.ended;
  expect(Date.now() - told).toBeLessThan(1_000);
  expect((await at(there)).status).toBe(503);
  expect(await exited).toEqual([0, null]);
  const { rows } = await client.query('select from live_streams');
  expect(rows).toHaveLength(0);
});
