import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { addDays } from '../../domain/dates.ts';
import { workerMetrics } from '../../metrics/worker.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { batchSenderFor, eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createRelay } from '../../worker/relay.ts';

// What two workers tell at the same moment, the one before and the other after an offboarding was cancelled.

const { database } = await ownDatabase();
const { engine, relay, startWorker, handleOf } = await ownEngine(database);
await startWorker();

const { em } = database;
const setDate = ({ lena, nora }: Cast, date: string | null) =>
  setEndDate(em, `user:${nora.id}`, lena.id, date);
const statusOf = ({ offboardingId }: Cast) =>
  handleOf(offboardingId)
    .describe()
    .then(
      ({ status }) => status.name,
      () => 'NONE',
    );
const unsentOf = async ({ offboardingId }: Cast) => {
  const { rows } = await sql`
    select from outbox where offboarding_id = ${offboardingId} and sent_at is null`.execute(sqlOf(em.fork()));
  return rows.length;
};

/** A relay that has read what it tells, and tells it when it may. */
async function slowRelay() {
  const { promise: allowed, resolve: letTell } = Promise.withResolvers<void>();
  const { promise: isTelling, resolve: tells } = Promise.withResolvers<void>();
  const slow: typeof engine = {
    ...engine,
    signalOffboarding: async (...told) => {
      tells();
      await allowed;
      return engine.signalOffboarding(...told);
    },
  };
  const parts = { database, engine: slow, sendBatch: batchSenderFor(slow), metrics: workerMetrics() };
  const relaying = createRelay(parts)();
  await isTelling;
  return async () => {
    letTell();
    await relaying;
  };
}

/** Until the end has been told to whatever runs. */
const untilEnded = (cast: Cast) =>
  eventually(async () => {
    await relay();
    return (await unsentOf(cast)) === 0 && (await statusOf(cast)) === 'COMPLETED';
  });

test('the end reaches a process that another relay was only about to start', async () => {
  const cast = await makeCast(database);
  const goOn = await slowRelay();
  await setDate(cast, null);
  await relay();
  expect(await statusOf(cast)).toBe('NONE');
  await goOn();
  await untilEnded(cast);
});

test('the end reaches a process that another relay has started again after it had ended', async () => {
  const cast = await makeCast(database);
  await relay();
  await eventually(async () => (await statusOf(cast)) === 'RUNNING');
  await setDate(cast, addDays(cast.lastDay, 10));
  const goOn = await slowRelay();
  await setDate(cast, null);
  await relay();
  await eventually(async () => (await statusOf(cast)) === 'COMPLETED');
  await goOn();
  await untilEnded(cast);
});

test('the end is told once where nobody else is at work, also by two changes in two turns', async () => {
  const cast = await makeCast(database);
  await setDate(cast, null);
  await sql`update outbox set next_try_at = now() + interval '1 hour' where id =
    (select min(id) from outbox where offboarding_id = ${cast.offboardingId})`.execute(sqlOf(em.fork()));
  await relay();
  expect(await unsentOf(cast)).toBe(1);
  await sql`update outbox set next_try_at = now() where sent_at is null`.execute(sqlOf(em.fork()));
  await relay();
  expect(await unsentOf(cast)).toBe(0);
});
