import { describe, expect, test } from 'vitest';
import { AuditEntry } from '../../../database/entities/index.ts';
import { deleteEndpoint, pauseEndpoint } from '../../../database/webhooks/endpoints.ts';
import { replayDelivery, replayUndeliveredSince, testEndpoint } from '../../../database/webhooks/replays.ts';
import { NotFound, Refusal } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { addDelivery, addReplay, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const { ada } = await makeCast(database);
const actor = `user:${ada.id}` as const;

const lastEntryOn = async (endpointId: number) =>
  (await em.fork().find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: 20 })).find(
    ({ details }) => details.endpointId === endpointId,
  );

describe('a test', () => {
  test('goes to one endpoint, even if it is disabled or has not chosen the event', async () => {
    const [{ id }, other] = [
      await subscribe(database, undefined, ['user.offboarded']),
      await subscribe(database),
    ];
    await pauseEndpoint(em, actor, id);
    const deliveryId = await testEndpoint(em, actor, id);
    expect(await deliveriesTo(database, id)).toMatchObject([
      {
        id: deliveryId,
        type: 'webhook.test',
        state: 'pending',
        data: {
          endpoint: { id, description: null },
          sentBy: { type: 'user', id: ada.id, name: ada.name, externalId: ada.externalId, email: ada.email },
        },
      },
    ]);
    expect(await deliveriesTo(database, other.id)).toEqual([]);
    expect(await lastEntryOn(id)).toMatchObject({ action: 'webhook.tested', actor });
  });

  test('does not go to a deleted one', async () => {
    const { id } = await subscribe(database);
    await deleteEndpoint(em, actor, id);
    await expect(testEndpoint(em, actor, id)).rejects.toBeInstanceOf(NotFound);
  });
});

describe('a delivery is replayed', () => {
  test('as a new delivery of the same event, in any final state', async () => {
    for (const state of ['failed', 'disabled', 'delivered'] as const) {
      const { id } = await subscribe(database);
      const delivery = await addDelivery(database, id, state);
      const replay = await replayDelivery(em, actor, id, delivery);
      const [first, second] = await deliveriesTo(database, id);
      expect(first).toMatchObject({ id: delivery, state });
      expect(second).toMatchObject({
        id: replay,
        state: 'pending',
        replayOf: delivery,
        eventId: first!.eventId,
      });
      expect(await lastEntryOn(id)).toMatchObject({ action: 'webhook.replayed', actor });
    }
  });

  test('not while its event is pending, so that two clicks send it once', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'failed');
    const pressed = await Promise.allSettled([1, 2].map(() => replayDelivery(em, actor, id, delivery)));
    expect(pressed.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(replayDelivery(em, actor, id, delivery)).rejects.toThrow('already pending');
    expect(await deliveriesTo(database, id)).toHaveLength(2);
  });

  test('not to a disabled endpoint, nor to another one', async () => {
    const [{ id }, other] = [await subscribe(database), await subscribe(database)];
    const delivery = await addDelivery(database, id, 'failed');
    await expect(replayDelivery(em, actor, other.id, delivery)).rejects.toBeInstanceOf(NotFound);
    await expect(replayDelivery(em, actor, id, 999_999)).rejects.toBeInstanceOf(NotFound);
    await pauseEndpoint(em, actor, id);
    await expect(replayDelivery(em, actor, id, delivery)).rejects.toThrow('Turn it on first.');
    const test = await addDelivery(database, id, 'failed', 'webhook.test');
    await replayDelivery(em, actor, id, test);
  });
});

describe('undelivered events since a time are replayed', () => {
  const day = (number: number) => new Date(Date.UTC(2026, 10, number));

  test('once each, if they failed since then and were never delivered', async () => {
    const { id } = await subscribe(database);
    await addDelivery(database, id, 'failed', 'user.offboarded', day(1));
    const lost = await addDelivery(database, id, 'failed', 'user.offboarded', day(10));
    const notSent = await addDelivery(database, id, 'disabled', 'offboarding.started', day(11));
    await addReplay(
      database,
      await addDelivery(database, id, 'failed', 'user.offboarded', day(12)),
      'delivered',
    );
    await addReplay(
      database,
      await addDelivery(database, id, 'failed', 'user.offboarded', day(12)),
      'pending',
    );
    await addDelivery(database, id, 'failed', 'webhook.test', day(12));
    await addDelivery(database, id, 'delivered', 'user.offboarded', day(12));
    const other = await subscribe(database);
    await addDelivery(database, other.id, 'failed', 'user.offboarded', day(12));

    expect(await replayUndeliveredSince(em, actor, id, day(10))).toBe(2);
    const replays = (await deliveriesTo(database, id)).slice(-2);
    expect(replays).toMatchObject([
      { replayOf: lost, state: 'pending' },
      { replayOf: notSent, state: 'pending' },
    ]);
    expect(await lastEntryOn(id)).toMatchObject({
      action: 'webhook.replayed',
      details: { since: '2026-11-10T00:00:00.000Z', deliveries: 2 },
    });
    expect(await replayUndeliveredSince(em, actor, id, day(10))).toBe(0);
    expect(await deliveriesTo(database, other.id)).toHaveLength(1);
  });

  test('not to a disabled endpoint', async () => {
    const { id } = await subscribe(database);
    await pauseEndpoint(em, actor, id);
    await expect(replayUndeliveredSince(em, actor, id, day(1))).rejects.toBeInstanceOf(Refusal);
  });
});
