import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { sqlOf } from '../../database/core/tables.ts';
import type { WorkerClient } from '../../engine/client.ts';
import { csvImportWorkflowId, type DeliveryAddress } from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { eventually, listed, ownEngine } from '../../testing/cast/engine.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createReconciler } from '../../worker/reconcile.ts';

const { database } = await ownDatabase();
const em = () => sqlOf(database.em.fork());
const first = await ownEngine(database);

const outboxCountOf = async (offboardingId: number) =>
  (
    await sql<{ count: number }>`
      select count(*) as count from outbox where sent_at is null and offboarding_id = ${offboardingId}`.execute(
      em(),
    )
  ).rows[0]!.count;

test('reconcile does the other parts when one fails, and logs the failure', async () => {
  const { offboardingId } = await makeCast(database);
  await first.relay();
  await first.handleOf(offboardingId).terminate();
  await eventually(async () => !(await listed(first.engine)).has(offboardingId));
  await sql`update outbox set sent_at = now() - interval '1 hour'`.execute(em());
  const { id } = await subscribe(database);
  await addDelivery(database, id, 'pending', 'offboarding.started');
  const { rows: imports } = await sql<{ id: number }>`
    insert into imports (kind, state, file_name, created_by, started_by)
    values ('users', 'running', 'people.csv', 'system', 'system') returning id`.execute(em());
  const half: WorkerClient = {
    ...first.engine,
    runningIds: (kind, from) =>
      kind === 'delivery' ? Promise.reject(new Error('no list')) : first.engine.runningIds(kind, from),
  };
  const parts = {
    database,
    engine: half,
    sendBatch: first.sendBatch,
    log: makeLog('worker', 'silent'),
    lagMs: 0,
  };
  await expect(createReconciler(parts)()).rejects.toThrow('no list');
  expect(await outboxCountOf(offboardingId)).toBe(1);
  await first.client.workflow.getHandle(csvImportWorkflowId(imports[0]!.id)).describe();
});

test('reconcile continues after an item that Temporal refuses', async () => {
  const { id } = await subscribe(database);
  const deliveries: number[] = [];
  for (let i = 0; i < 2; i++) await addDelivery(database, id, 'pending', 'offboarding.started');
  const begun: number[] = [];
  const choosy: WorkerClient = {
    ...first.engine,
    startUnlessRunning(kind, row) {
      const { id } = row as DeliveryAddress;
      begun.push(id);
      return id === Math.min(...deliveries)
        ? Promise.reject(new Error('not this one'))
        : first.engine.startUnlessRunning(kind, row);
    },
  };
  deliveries.push(...(await deliveriesTo(database, id)).map((each) => each.id));
  const parts = {
    database,
    engine: choosy,
    sendBatch: first.sendBatch,
    log: makeLog('worker', 'silent'),
    lagMs: 0,
  };
  await createReconciler(parts)();
  expect(begun).toEqual(expect.arrayContaining(deliveries));
});
