import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { testEndpoint } from '../../database/webhooks/replays.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { recoverLaptop } from '../../testing/cast/clearing.ts';
import { subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { listenForNotifications, type NextNotification } from '../../worker/notification-listener.ts';

const { database, url } = await ownDatabase();

/** Starts a listener, after the notifications about existing rows. */
async function startListener(cast: Promise<Cast>) {
  await cast;
  const connection = listenForNotifications(url, makeLog('worker', 'silent'));
  onTestFinished(() => connection.close());
  const [outbox, alsoOutbox, deliveries] = [
    connection.listener('outbox'),
    connection.listener('outbox'),
    connection.listener('deliveries'),
  ];
  await Promise.all([outbox, alsoOutbox, deliveries].map((listener) => listener(5_000)));
  return { outbox, alsoOutbox, deliveries };
}

async function isNotifiedWithin(listener: NextNotification, ms: number): Promise<boolean> {
  const began = Date.now();
  await listener(ms);
  return Date.now() - began < ms - 100;
}

test('a change of a leaver notifies every outbox listener and no other', async () => {
  const cast = makeCast(database);
  const { outbox, alsoOutbox, deliveries } = await startListener(cast);
  // The event has no subscribed endpoint.
  await setEndDate(database.em, 'system', (await cast).timo.id, '2099-01-31');
  expect(await isNotifiedWithin(outbox, 2_000)).toBe(true);
  expect(await isNotifiedWithin(alsoOutbox, 2_000)).toBe(true);
  expect(await isNotifiedWithin(deliveries, 500)).toBe(false);
  expect(await isNotifiedWithin(outbox, 500)).toBe(false);
});

test('new deliveries notify their listener', async () => {
  const { id } = await subscribe(database);
  const { outbox, deliveries } = await startListener(makeCast(database));
  await testEndpoint(database.em, 'system', id);
  expect(await isNotifiedWithin(deliveries, 2_000)).toBe(true);
  expect(await isNotifiedWithin(outbox, 500)).toBe(false);
});

test('the listeners are notified after a reconnect', async () => {
  const cast = makeCast(database);
  const { outbox, deliveries } = await startListener(cast);
  const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where query like 'listen outbox%' and datname = current_database()`.execute(sqlOf(database.em.fork()));
  expect(rows).toHaveLength(1);
  // Changes may have come while the connection was lost.
  expect(await isNotifiedWithin(outbox, 5_000)).toBe(true);
  expect(await isNotifiedWithin(deliveries, 5_000)).toBe(true);
  await recoverLaptop(database, await cast);
  expect(await isNotifiedWithin(outbox, 2_000)).toBe(true);
});
