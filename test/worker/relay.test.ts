import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { readBacklog } from '../../database/engine/backlog.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { createWorkerClient } from '../../engine/client.ts';
import { workerMetrics } from '../../metrics/worker.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { batchSenderFor, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createRelay } from '../../worker/relay.ts';

const { database } = await ownDatabase();
const { address, connection, client, engine, relay, handleOf } = await ownEngine(database);
const em = () => sqlOf(database.em.fork());

const outboxOf = async (offboardingId: number | null) => {
  const { rows } = await sql<{ attempts: number; isSent: boolean; nextTryAt: Date }>`
    select attempts, sent_at is not null as "isSent", next_try_at as "nextTryAt"
    from outbox where offboarding_id is not distinct from ${offboardingId} order by id`.execute(em());
  return rows;
};
const everythingIsSent = async () =>
  (await sql`select 1 from outbox where sent_at is null`.execute(em())).rows.length === 0;

/** The signals in the history of a workflow, in order; no worker runs here. */
async function signalsTo(offboardingId: number) {
  const { events } = await handleOf(offboardingId).fetchHistory();
  return events!.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal ? [{ name: signal.signalName, value: JSON.parse(String(signal.input!.payloads![0]!.data)) }] : [],
  );
}

test('the relay starts the workflow of a new leaver, and signals each changed kind once with its full set', async () => {
  const { offboardingId, lena, ivo, spare, laptop } = await makeCast(database);
  await assignAsset(database.em, `user:${ivo.id}`, spare.id, lena.id);
  await relay();
  const signals = await signalsTo(offboardingId);
  expect(signals.map(({ name }) => name).toSorted()).toEqual(
    [...new Set(signals.map(({ name }) => name))].toSorted(),
  );
  const { value } = signals.find(({ name }) => name === 'hardwareChanged')!;
  expect(value).toEqual({ ids: [laptop.assignmentId, expect.any(Number)], revision: expect.any(Number) });
  expect(await everythingIsSent()).toBe(true);
});

test('the relay sends nothing without a change', async () => {
  const { offboardingId } = await makeCast(database);
  await relay();
  const before = await signalsTo(offboardingId);
  await relay();
  expect(await signalsTo(offboardingId)).toEqual(before);
});

test('the relay marks changes of people who are not leaving as sent, because they have no workflow', async () => {
  await sql`insert into outbox (user_id, facts) select min(id), '{hardware}' from users, generate_series(1, 300)
    `.execute(em());
  await relay();
  expect((await outboxOf(null)).every(({ isSent }) => isSent)).toBe(true);
});

test('the relay counts "no such workflow" as sent for a closed offboarding', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await sql`update offboardings set state = 'cancelled', closed_at = now(), cancelled_by = 'system'
    where id = ${cast.offboardingId}`.execute(em());
  await relay();
  expect((await outboxOf(cast.offboardingId)).every(({ isSent }) => isSent)).toBe(true);
  await expect(handleOf(cast.offboardingId).describe()).rejects.toThrow();
});

test('the relay postpones refused signals, and they delay no others', async () => {
  const [refused, other] = [await makeCast(database), await makeCast(database)];
  // More than Temporal accepts in one message.
  await sql`update users set time_zone = repeat('x', 3000000) where id = ${refused.lena.id}`.execute(em());
  const metrics = workerMetrics();
  const began = Date.now();
  await createRelay({ database, engine, sendBatch: batchSenderFor(engine), metrics })();
  const [row] = await outboxOf(refused.offboardingId);
  expect(row).toMatchObject({ isSent: false, attempts: 1 });
  expect(await metrics.registry.metrics()).toMatch(/lastday_relay_rows_total\{outcome="refused"\} 1\n/);
  expect(await readBacklog(database.em.fork(), 5_000)).toMatchObject({ refusedRows: 1 });
  expect(row!.nextTryAt.getTime()).toBeGreaterThan(began);
  expect((await outboxOf(other.offboardingId)).every(({ isSent }) => isSent)).toBe(true);

  await sql`update users set time_zone = null where id = ${refused.lena.id}`.execute(em());
  await sql`update outbox set next_try_at = now() where sent_at is null`.execute(em());
  await relay();
  expect(await everythingIsSent()).toBe(true);
});

test('the relay keeps everything while Temporal is down, without counting attempts', async () => {
  const { offboardingId } = await makeCast(database);
  const nowhere = {
    ...engine,
    signalOffboarding: () => Promise.reject(new Error('away')),
    isReachable: async () => false,
  };
  await createRelay({
    database,
    engine: nowhere,
    sendBatch: batchSenderFor(nowhere),
    metrics: workerMetrics(),
  })();
  expect((await outboxOf(offboardingId)).every(({ isSent, attempts }) => !isSent && attempts === 0)).toBe(
    true,
  );
  await relay();
  expect(await everythingIsSent()).toBe(true);
});

test('the relay detects that Temporal does not answer', async () => {
  expect(await engine.isReachable()).toBe(true);
  expect(address).toMatch(/:\d+$/);
  expect(await createWorkerClient(connection, 'no-such-namespace').isReachable()).toBe(false);
});

test('four concurrent relays send every change once', async () => {
  const casts = [];
  for (let i = 0; i < 6; i++) casts.push(await makeCast(database));
  await Promise.all([relay(), relay(), relay(), relay()]);
  expect(await everythingIsSent()).toBe(true);
  for (const { offboardingId } of casts) {
    const names = (await signalsTo(offboardingId)).map(({ name }) => name);
    expect(names.length).toBe(new Set(names).size);
  }
  const { rows } = await sql<{ attempts: number }>`
    select distinct attempts from outbox where offboarding_id is not null and facts @> '{lastDay}'`.execute(
    em(),
  );
  expect(Math.max(...rows.map(({ attempts }) => attempts))).toBeLessThanOrEqual(2);
  expect(client.options.namespace).toMatch(/^test-/);
});
