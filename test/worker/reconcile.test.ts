import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { Offboarding } from '../../database/entities/index.ts';
import { completeOffboarding } from '../../database/offboarding/completion.ts';
import { cancelOffboarding } from '../../database/offboarding/offboardings.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import {
  complete,
  hardwareChanged,
  retryNow,
  searchAttributes,
  webhookDeliveryWorkflowId,
} from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, listed, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { asOwner } from '../../testing/servers/owner.ts';
import { createReconciler } from '../../worker/reconcile.ts';

const { database, ownerUrl } = await ownDatabase();
const em = () => sqlOf(database.em.fork());
const first = await ownEngine(database);
// The second attempt waits an hour, so that it runs only when a test requests it.
const slowRetries = { ...testDependencies(database), retrySchedule: [0, 3_600_000] };
await first.startWorker(slowRetries);

const hardwareShown = async (handle: ReturnType<typeof first.handleOf>) =>
  (await handle.describe()).typedSearchAttributes.get(searchAttributes.openHardware);
const untilListed = (engine: typeof first, count: number) =>
  expect.poll(async () => (await listed(engine.engine)).size, { timeout: 15_000 }).toBe(count);
const outboxCountOf = async (offboardingId: number) =>
  (
    await sql<{ count: number }>`
      select count(*) as count from outbox where sent_at is null and offboarding_id = ${offboardingId}`.execute(
      em(),
    )
  ).rows[0]!.count;
const outboxCount = async () =>
  (await sql<{ count: number }>`select count(*) as count from outbox where sent_at is null`.execute(em()))
    .rows[0]!.count;

test('reconcile changes nothing when Temporal is up to date', async () => {
  await makeCast(database);
  await makeCast(database);
  await first.relay();
  await untilListed(first, 2);
  await expect
    .poll(async () => [...(await listed(first.engine)).values()].every(({ seats }) => seats === 1), {
      timeout: 15_000,
    })
    .toBe(true);
  await first.reconcile();
  expect(await outboxCount()).toBe(0);
});

test.each([4, 99_999])(
  'reconcile signals a workflow that has a wrong set in revision %i',
  async (revision) => {
    const { offboardingId } = await makeCast(database);
    await first.relay();
    await eventually(async () => (await hardwareShown(first.handleOf(offboardingId))) === 1);
    await first.handleOf(offboardingId).signal(hardwareChanged, { ids: [], revision });
    await eventually(async () => (await hardwareShown(first.handleOf(offboardingId))) === 0);
    // The signal was sent long ago.
    await sql`update outbox set sent_at = now() - interval '6 minutes'`.execute(em());
    await eventually(async () => {
      await first.reconcile();
      await first.relay();
      return (await hardwareShown(first.handleOf(offboardingId))) === 1;
    });
  },
);

test('reconcile signals a workflow that has missed a change of department', async () => {
  const { offboardingId, lena } = await makeCast(database);
  const departmentShown = async () =>
    (await first.handleOf(offboardingId).describe()).typedSearchAttributes.get(searchAttributes.department);
  await first.relay();
  await eventually(async () => (await departmentShown()) === 'Engineering');
  await sql`update users set department = 'Sales' where id = ${lena.id}`.execute(em());
  await sql`update outbox set sent_at = now() - interval '6 minutes'`.execute(em());
  await eventually(async () => {
    await first.reconcile();
    await first.relay();
    return (await departmentShown()) === 'Sales';
  });
});

test('reconcile ends a workflow that has missed the close of its offboarding', async () => {
  const { offboardingId, lena, nora } = await makeCast(database);
  await first.relay();
  await untilListed(first, 6);
  await cancelOffboarding(database.em, `user:${nora.id}`, lena.id);
  await sql`update outbox set sent_at = now() - interval '6 minutes'`.execute(em());
  await first.reconcile();
  await first.relay();
  await first.handleOf(offboardingId).result();
});

test('reconcile starts everything again after Temporal has lost its store', async () => {
  const receiver = await startReceiver((_request, response) => response.writeHead(500).end());
  const endpoint = await createEndpoint(
    database.em,
    'system',
    { url: receiver.url, description: null, eventTypes: ['user.offboarded'] },
    testDependencies(database).secretBox,
  );
  const gone = await makeCast(database);
  await clearChecklist(database, gone);
  await first.ask(complete, gone.offboardingId, { actor: `user:${gone.ivo.id}` });
  await eventually(async () => receiver.received.length === 1);
  await first.relay();

  // A new server without workflows, timers and search attribute values.
  const second = await ownEngine(database);
  await second.startWorker(slowRetries);
  await sql`update outbox set sent_at = now() - interval '1 minute'`.execute(em());
  await second.reconcile();
  await second.relay();
  await untilListed(second, 5);
  const { rows } = await sql<{ id: number; eventId: string }>`
    select id, event_id as "eventId" from webhook_deliveries where state = 'pending'`.execute(em());
  expect(rows).toHaveLength(1);
  const id = webhookDeliveryWorkflowId({ ...rows[0]!, endpointId: endpoint.id, replayOf: null });
  const delivery = second.client.workflow.getHandle(id);
  expect((await delivery.describe()).status.name).toBe('RUNNING');
  receiver.answer = (_request, response) => void response.end();
  await delivery.signal(retryNow);
  await delivery.result();
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(ids).toEqual([rows[0]!.eventId, rows[0]!.eventId]);
  await second.reconcile();
  expect(await outboxCount()).toBe(0);
});

test('one worker reconciles at a time', async () => {
  let running = 0;
  let most = 0;
  const slow = {
    ...first.engine,
    async runningOffboardings(from: Uint8Array | undefined) {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 200));
      running--;
      return first.engine.runningOffboardings(from);
    },
  };
  const parts = {
    database,
    engine: slow,
    sendBatch: first.sendBatch,
    log: makeLog('worker', 'silent'),
    lagMs: 0,
  };
  await Promise.all(Array.from({ length: 4 }, () => createReconciler(parts)()));
  expect(most).toBe(1);
});

test('reconcile skips a workflow that knows the close and waits for an operator', async () => {
  const cast = await makeCast(database);
  const { offboardingId } = cast;
  const endpoint = {
    url: 'https://hooks.example/x',
    description: null,
    eventTypes: ['user.offboarded' as const],
  };
  await createEndpoint(database.em, 'system', endpoint, testDependencies(database).secretBox);
  await clearChecklist(database, cast);
  await first.relay();
  await eventually(async () => (await hardwareShown(first.handleOf(offboardingId))) === 0);
  await completeOffboarding(database.em, offboardingId, `user:${cast.ivo.id}`);
  await asOwner(
    ownerUrl,
    'alter table webhook_deliveries enable row level security',
    'create policy broken on webhook_deliveries using (1 / (id - id) > 0)',
  );
  // The completion has committed already, as when a worker is killed during the activity.
  await first.ask(complete, offboardingId, { actor: `user:${cast.ivo.id}` });
  const failedStep = async () =>
    (await database.em.fork().findOneOrFail(Offboarding, { id: offboardingId })).failedStep;
  await eventually(async () => (await failedStep()) === 'sending');
  await asOwner(
    ownerUrl,
    'drop policy broken on webhook_deliveries',
    'alter table webhook_deliveries disable row level security',
  );
  await eventually(async () => (await listed(first.engine)).get(offboardingId)?.isOver);
  await sql`update outbox set sent_at = now() - interval '1 hour'`.execute(em());
  await first.reconcile();
  expect(await outboxCountOf(offboardingId)).toBe(0);
});

test('reconcile starts a workflow at once although its refused signal waits for a retry', async () => {
  const { offboardingId } = await makeCast(database);
  await first.relay();
  await first.handleOf(offboardingId).terminate();
  await eventually(async () => !(await listed(first.engine)).has(offboardingId));
  await sql`
    update outbox set sent_at = null, attempts = 9, next_try_at = now() + interval '5 minutes'
    where id = (select max(id) from outbox where offboarding_id = ${offboardingId})`.execute(em());
  await first.reconcile();
  expect(await outboxCountOf(offboardingId)).toBe(1);
  await first.relay();
  expect(await outboxCountOf(offboardingId)).toBe(0);
  expect((await first.handleOf(offboardingId).describe()).status.name).toBe('RUNNING');
});

test('reconcile does not signal an unresponsive workflow every time', async () => {
  const { offboardingId, lena, nora } = await makeCast(database);
  await first.relay();
  // The workflow has read the database, and accepts signals.
  await eventually(async () => (await listed(first.engine)).get(offboardingId)?.hardware === 1);
  await cancelOffboarding(database.em, `user:${nora.id}`, lena.id);
  await sql`update outbox set sent_at = now() - interval '1 minute'`.execute(em());
  await first.reconcile();
  expect(await outboxCountOf(offboardingId)).toBe(0);
  await sql`update outbox set sent_at = now() - interval '6 minutes'`.execute(em());
  await first.reconcile();
  expect(await outboxCountOf(offboardingId)).toBe(1);
});
