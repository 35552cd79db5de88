import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startTcpProxy } from '../../../testing/servers/tcp-proxy.ts';
import { startWebProcess } from '../../../testing/servers/web-process.ts';

const own = await ownDatabase();
const { database } = own;

/** Locks the row of a user in another transaction, so that a request about them waits. */
async function lockUser(userId: number) {
  const client = new pg.Client(own.url);
  await client.connect();
  await client.query('begin');
  await client.query('select from users where id = $1 for update', [userId]);
  return { release: () => client.end() };
}

test('SIGTERM first turns /ready off, then closes the port, and finishes open requests', async () => {
  const { lena, nora } = await makeCast(database);
  const web = await startWebProcess(own, 'nowhere', { DRAIN_SECONDS: '2' });
  const admin = await web.signIn(nora.email);
  const held = await lockUser(lena.id);
  const slow = admin.post(`/users/${lena.id}/end-date`, { endDate: '2031-05-05' });
  await pause(300);
  expect((await web.stranger().get('/ready')).status).toBe(200);

  const ended = once(web.child, 'exit');
  web.child.kill('SIGTERM');
  await pause(500);
  expect((await web.stranger().get('/ready')).status).toBe(503);
  const page = await web.stranger().get('/sign-in');
  expect(page.status).toBe(200);
  expect(page.headers.get('connection')).toBe('close');

  await pause(2_200);
  await expect(web.stranger().get('/sign-in')).rejects.toThrow();
  expect(web.child.exitCode).toBeNull();
  await held.release();
  const answer = await slow;
  const answeredAt = Date.now();
  expect(answer.status).toBe(303);
  expect(await ended).toEqual([0, null]);
  expect(Date.now() - answeredAt).toBeLessThan(5_000);
  expect(await database.em.fork().findOneOrFail(User, { id: lena.id })).toMatchObject({
    endDate: '2031-05-05',
  });
});

test('SIGTERM ends an idle process at once, kept-alive connections included', async () => {
  const web = await startWebProcess(own, 'nowhere');
  await Promise.all([1, 2, 3].map(() => web.stranger().get('/sign-in')));
  const ended = once(web.child, 'exit');
  const toldAt = Date.now();
  web.child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(Date.now() - toldAt).toBeLessThan(4_000);
});

test('SIGTERM ends the process within its timeout when the database does not answer', async () => {
  const { nora } = await makeCast(database);
  const toDatabase = await startTcpProxy(Number(new URL(own.url).port));
  const url = new URL(own.url);
  url.port = String(toDatabase.port);
  const web = await startWebProcess({ url: url.href }, 'nowhere', {}, { endTimeoutMs: 1_400 });
  const admin = await web.signIn(nora.email);
  toDatabase.blackhole();
  const asked = admin.get('/users').catch(() => undefined);
  const ended = once(web.child, 'exit');
  const toldAt = Date.now();
  web.child.kill('SIGTERM');
  await Promise.all([asked, ended]);
  expect(Date.now() - toldAt).toBeLessThan(6_000);
});
