import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { lastHeartbeat } from '../../database/engine/heartbeats.ts';
import { AuditEntry, Mail } from '../../database/entities/index.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { complete } from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { startMailServer } from '../../testing/outside/smtp.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, ask, handleOf } = await ownEngine(database);
const em = () => database.em.fork();

test('a worker that is stopped during a completion finishes it, and the next worker answers', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const first = startWorkerProcess(own, namespace);
  await first.untilAlive();
  await eventually(async () => (await handleOf(cast.offboardingId).describe()).historyLength > 5);

  const holder = new pg.Client(own.url);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from users where id = $1 for update', [cast.lena.id]);
  const answer = ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  await eventually(async () => {
    const { rows } = await holder.query(
      'select 1 from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))',
    );
    return rows.length > 0;
  });
  const ended = once(first.child, 'exit');
  first.child.kill('SIGTERM');
  await pause(700);
  await holder.end();
  expect(await ended).toEqual([0, null]);
  expect(await em().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
  expect(await lastHeartbeat(em())).toBeNull();

  const next = startWorkerProcess(own, namespace);
  expect(await answer).toMatchObject({ outcome: 'completed' });
  const { events } = await handleOf(cast.offboardingId).fetchHistory();
  const steps = events!.filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'complete',
  );
  expect(steps).toHaveLength(1);
  const started = events!.find(
    ({ activityTaskStartedEventAttributes: at }) =>
      String(at?.scheduledEventId) === String(steps[0]!.eventId),
  );
  expect(started!.activityTaskStartedEventAttributes!.attempt).toBe(1);
  await next.kill();
});

test('a worker that is stopped while a receiver is slow waits for the answer and stores it', async () => {
  const receiver = await startReceiver((_request, response) => void setTimeout(() => response.end(), 2_500));
  const fields = { url: receiver.url, description: null, eventTypes: ['offboarding.started' as const] };
  await createEndpoint(database.em, 'system', fields, testDependencies(database).secretBox);
  const worker = startWorkerProcess(own, namespace);
  await worker.untilAlive();
  await makeCast(database);
  await eventually(async () => receiver.received.length === 1);
  const ended = once(worker.child, 'exit');
  worker.child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  const attempts = await em().execute(`select number, outcome from webhook_attempts`);
  expect(attempts).toEqual([{ number: 1, outcome: 'delivered' }]);
});

test('a worker that is stopped while a mail server hangs exits soon, and the next worker sends the mail', async () => {
  const server = await startMailServer();
  server.behaviour.delayMs = 90_000;
  const variables = { SMTP_URL: `${server.url}?socketTimeout=120000` };
  const worker = startWorkerProcess(own, namespace, variables, { shutdownGraceMs: 1_000 });
  await worker.untilAlive();
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  const mail = async () => (await em().find(Mail, { userId: cast.mira.id }))[0];
  await eventually(async () => server.asked.length > 0);
  const ended = once(worker.child, 'exit');
  const toldAt = Date.now();
  worker.child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(Date.now() - toldAt).toBeLessThan(6_000);
  expect(await mail()).toMatchObject({ state: 'pending', attempts: 0 });

  server.behaviour.delayMs = 0;
  startWorkerProcess(own, namespace, variables);
  await eventually(async () => (await mail())?.state === 'sent');
  expect(new Set(server.asked.map(({ headers }) => headers['message-id'])).size).toBe(1);
});
