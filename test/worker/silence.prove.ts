import { expect, inject, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startTcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, isFollowed } = await ownEngine(database);

// As after the loss of a machine or a router: no data arrives, and no connection gets an error.
test('web and worker replace connections that have become silent, and work again', async () => {
  const toDatabase = await startTcpProxy(Number(new URL(own.url).port));
  const toEngine = await startTcpProxy(Number(inject('temporalAddress').split(':')[1]));
  const url = new URL(own.url);
  url.port = String(toDatabase.port);
  const variables = { TEMPORAL_ADDRESS: `127.0.0.1:${toEngine.port}` };
  startWorkerProcess({ url: url.href }, namespace, variables);
  const { signIn, stranger } = await startWebProcess({ url: url.href }, namespace, variables);
  const isHealthy = () =>
    stranger()
      .get('/health')
      .then(({ status }) => status === 200);
  await eventually(isHealthy, 20_000);
  const before = await makeCast(database);
  await eventually(() => isFollowed(before.offboardingId), 20_000);
  const ivo = await signIn(before.ivo.email);

  toDatabase.blackhole();
  toEngine.blackhole();
  expect((await ivo.get('/offboarding')).status).toBe(503);
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await eventually(isHealthy, 60_000);
  await eventually(() => isFollowed(cast.offboardingId), 60_000);
  await ivo.post(`/offboarding/${cast.lena.id}/completion`);
  const completed = async () =>
    (await database.em.fork().findOneOrFail(User, cast.lena.id)).offboardingCompletedAt !== null;
  await eventually(completed, 60_000);
});
