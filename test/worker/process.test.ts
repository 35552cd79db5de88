import { once } from 'node:events';
import { expect, inject, test } from 'vitest';
import { lastHeartbeat } from '../../database/engine/heartbeats.ts';
import { Notification, Offboarding } from '../../database/entities/index.ts';
import { setWaiting } from '../../database/offboarding/handling/waiting.ts';
import { todayIn } from '../../domain/dates.ts';
import { connectConsoleClient, NoAnswerYet } from '../../engine/console-client.ts';
import { webMetrics } from '../../metrics/web.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startTcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { completeOffboardingOf } from '../../web/offboarding/complete-offboarding.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, isFollowed } = await ownEngine(database);

test('the worker waits for database and Temporal, survives their loss, and exits on SIGTERM', async () => {
  const toDatabase = await startTcpProxy(Number(new URL(own.url).port));
  const toEngine = await startTcpProxy(Number(inject('temporalAddress').split(':')[1]));
  await Promise.all([toDatabase.cut(), toEngine.cut()]);
  const url = new URL(own.url);
  url.port = String(toDatabase.port);
  const { child } = startWorkerProcess({ url: url.href }, namespace, {
    TEMPORAL_ADDRESS: `127.0.0.1:${toEngine.port}`,
  });
  const { offboardingId, lena, requestId } = await makeCast(database);
  const today = todayIn('UTC', new Date());
  const item = { kind: 'request', id: requestId } as const;
  await setWaiting(database.em, 'system', lena.id, item, { waitingFor: 'a quote', until: today });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await toDatabase.restore();
  await toEngine.restore();
  await eventually(() => isFollowed(offboardingId));
  await eventually(() => lastHeartbeat(database.em.fork()));
  const waitingIsOver = { kind: 'waiting_over', aboutUserId: lena.id } as const;
  await eventually(async () => (await database.em.fork().count(Notification, waitingIsOver)) === 1);

  for (const line of [toDatabase, toEngine]) {
    await line.cut();
    const { offboardingId } = await makeCast(database);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await isFollowed(offboardingId)).toBe(false);
    await line.restore();
    await eventually(() => isFollowed(offboardingId));
  }

  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(await lastHeartbeat(database.em.fork())).toBeNull();
});

test('a worker that has lost Temporal sends no heartbeat', async () => {
  const toEngine = await startTcpProxy(Number(inject('temporalAddress').split(':')[1]));
  const { kill } = startWorkerProcess(
    own,
    namespace,
    { TEMPORAL_ADDRESS: `127.0.0.1:${toEngine.port}` },
    { heartbeatIntervalMs: 500 },
  );
  await eventually(() => lastHeartbeat(database.em.fork()));
  const silentFor = async () =>
    Date.now() - ((await lastHeartbeat(database.em.fork()))?.getTime() ?? Date.now());
  await toEngine.cut();
  // For three heartbeat intervals, which is when /health reports the worker as lost.
  await eventually(async () => (await silentFor()) > 3 * 500 + 1_000);
  await toEngine.restore();
  await eventually(async () => (await silentFor()) < 1_000);
  await kill();
});

test('a worker cancels an offboarding that was opened for a completion that never reached Temporal', async () => {
  const { emil, ivo } = await makeCast(database);
  const services = {
    database,
    engine: connectConsoleClient('127.0.0.1:1', namespace, { deadlineMs: 450 }),
    metrics: webMetrics(),
  };
  const question = { actor: `user:${ivo.id}`, token: 'lost' } as const;
  await expect(completeOffboardingOf(services, emil.id, question)).rejects.toThrow(NoAnswerYet);
  const emils = () => database.em.fork().findOneOrFail(Offboarding, { userId: emil.id });
  expect((await emils()).state).toBe('open');
  const threeMinutesAgo = new Date(Date.now() - 3 * 60_000);
  await database.em
    .fork()
    .nativeUpdate(Offboarding, { userId: emil.id }, { openedForCompletionAt: threeMinutesAgo });
  const { kill } = startWorkerProcess(own, namespace);
  await eventually(async () => (await emils()).state === 'cancelled');
  await kill();
});

test('a worker exits when its parent process has ended', async () => {
  const { child } = startWorkerProcess(own, namespace);
  await eventually(() => lastHeartbeat(database.em.fork()));
  const ended = once(child, 'exit');
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
