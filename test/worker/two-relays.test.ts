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

// Two workers send signals at the same time: one read before a cancellation, the other after it.

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

/** A relay that waits for permission between reading and sending. */
async function slowRelay() {
  const { promise: allowed, resolve: allowSending } = Promise.withResolvers<void>();
  const { promise: isSending, resolve: startSending } = Promise.withResolvers<void>();
  const slow: typeof engine = {
    ...engine,
    signalOffboarding: async (...args) => {
      startSending();
      await allowed;
      return engine.signalOffboarding(...args);
    },
  };
  const deps = { database, engine: slow, sendBatch: batchSenderFor(slow), metrics: workerMetrics() };
  const relaying = createRelay(deps)();
  await isSending;
  return async () => {
    allowSending();
    await relaying;
  };
}

/** Relays until the close was sent to the running workflow. */
const untilEnded = (cast: Cast) =>
  eventually(async () => {
    await relay();
    return (await unsentOf(cast)) === 0 && (await statusOf(cast)) === 'COMPLETED';
  });

test('the close reaches a workflow that another relay is about to start', async () => {
  const cast = await makeCast(database);
  const goOn = await slowRelay();
  await setDate(cast, null);
  await relay();
  expect(await statusOf(cast)).toBe('NONE');
  await goOn();
  await untilEnded(cast);
});

test('the close reaches a workflow that another relay has restarted after its end', async () => {
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

test('the close is signalled once by a single relay, also after two changes in two runs', async () => {
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
