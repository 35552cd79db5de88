import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { testEndpoint } from '../../database/webhooks/replays.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { recoverLaptop } from '../../testing/cast/clearing.ts';
import { subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { listenForNotifications, type NotificationHandlers } from '../../worker/notification-listener.ts';

const { database, url } = await ownDatabase();

/** A bell that has rung for what was there before it hung. */
async function bellIn(cast: Promise<Cast>) {
  await cast;
  const bell = listenForNotifications(url, makeLog('worker', 'silent'));
  onTestFinished(() => bell.close());
  const [outbox, alsoOutbox, deliveries] = [
    bell.listener('outbox'),
    bell.listener('outbox'),
    bell.listener('deliveries'),
  ];
  await Promise.all([outbox, alsoOutbox, deliveries].map((listener) => listener(5_000)));
  return { outbox, alsoOutbox, deliveries };
}

async function ringsWithin(listener: NotificationHandlers, ms: number): Promise<boolean> {
  const began = Date.now();
  await listener(ms);
  return Date.now() - began < ms - 100;
}

it('rings for everybody who waits for changes of leavers, and for nobody else', async () => {
  const cast = makeCast(database);
  const { outbox, alsoOutbox, deliveries } = await bellIn(cast);
  // An event, which nobody has asked for.
  await setEndDate(database.em, 'system', (await cast).timo.id, '2099-01-31');
  expect(await ringsWithin(outbox, 2_000)).toBe(true);
  expect(await ringsWithin(alsoOutbox, 2_000)).toBe(true);
  expect(await ringsWithin(deliveries, 500)).toBe(false);
  expect(await ringsWithin(outbox, 500)).toBe(false);
});

it('rings for deliveries where there are some', async () => {
  const { id } = await subscribe(database);
  const { outbox, deliveries } = await bellIn(makeCast(database));
  await testEndpoint(database.em, 'system', id);
  expect(await ringsWithin(deliveries, 2_000)).toBe(true);
  expect(await ringsWithin(outbox, 500)).toBe(false);
});

it('rings again after its connection was lost', async () => {
  const cast = makeCast(database);
  const { outbox, deliveries } = await bellIn(cast);
  const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where query like 'listen outbox%' and datname = current_database()`.execute(sqlOf(database.em.fork()));
  expect(rows).toHaveLength(1);
  // For what may have come while nobody listened.
  expect(await ringsWithin(outbox, 5_000)).toBe(true);
  expect(await ringsWithin(deliveries, 5_000)).toBe(true);
  await recoverLaptop(database, await cast);
  expect(await ringsWithin(outbox, 2_000)).toBe(true);
});
