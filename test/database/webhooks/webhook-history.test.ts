import { describe, expect, test } from 'vitest';
import { deliveryById, listDeliveries } from '../../../database/webhooks/history.ts';
import { undeliveredTo } from '../../../database/webhooks/undelivered.ts';
import { NotFound } from '../../../domain/failures.ts';
import { addAttempt, addDelivery, addReplay, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const all = { state: null, type: null };
const idsOf = ({ rows }: { rows: { id: number }[] }) => rows.map(({ id }) => id);

describe('the history of an endpoint', () => {
  test('lists deliveries, newest first, with the person and the last outcome', async () => {
    const { id } = await subscribe(database);
    const first = await addDelivery(database, id, 'delivered');
    const second = await addDelivery(database, id, 'pending');
    await addAttempt(database, first, 1, 'http_error');
    await addAttempt(database, first, 2, 'delivered');

    const { rows, total } = await listDeliveries(em.fork(), id, all);
    expect(total).toBe(2);
    expect(rows).toMatchObject([
      { id: second, tries: 0, lastOutcome: null, about: 'Lena Brandt', aboutUserId: 7 },
      { id: first, tries: 2, lastOutcome: 'delivered', lastStatus: 204 },
    ]);
  });

  test('is filtered by state or event, and paged', async () => {
    const { id } = await subscribe(database);
    for (let number = 0; number < 52; number++) await addDelivery(database, id, 'failed');
    const arrived = await addDelivery(database, id, 'delivered');
    const test = await addDelivery(database, id, 'delivered', 'webhook.test');

    expect(idsOf(await listDeliveries(em.fork(), id, { state: 'delivered', type: null }))).toEqual([
      test,
      arrived,
    ]);
    expect(idsOf(await listDeliveries(em.fork(), id, { state: null, type: 'webhook.test' }))).toEqual([test]);
    const failed = { state: 'failed', type: 'user.offboarded' } as const;
    const second = await listDeliveries(em.fork(), id, failed, 2);
    expect(second).toMatchObject({ total: 52, lastPage: 2 });
    expect(second.rows).toHaveLength(2);
    expect(await listDeliveries(em.fork(), id, failed, 3)).toMatchObject({ rows: [], total: 52 });
  });

  test('shows as undelivered the last delivery of each failed event', async () => {
    const { id } = await subscribe(database);
    const lost = await addDelivery(database, id, 'failed');
    const notSent = await addDelivery(database, id, 'disabled');
    const arrivedLater = await addDelivery(database, id, 'failed');
    await addReplay(database, arrivedLater, 'delivered');
    const onItsWay = await addDelivery(database, id, 'disabled');
    await addReplay(database, onItsWay, 'pending');
    const lostTwice = await addReplay(database, await addDelivery(database, id, 'failed'), 'failed');
    await addDelivery(database, id, 'failed', 'webhook.test');

    const missed = await listDeliveries(em.fork(), id, { state: 'missed', type: null });
    expect(idsOf(missed)).toEqual([lostTwice, notSent, lost]);
    expect(await undeliveredTo(em.fork(), id)).toEqual({ count: 3, since: expect.any(Date) });
    const quiet = await subscribe(database);
    expect(await undeliveredTo(em.fork(), quiet.id)).toEqual({ count: 0, since: null });
  });

  test('shows one delivery with its attempts, the latest first', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'failed');
    await addAttempt(database, delivery, 1, 'http_error');
    await addAttempt(database, delivery, 2, 'http_error');
    const replay = await addReplay(database, delivery, 'pending');
    expect(await deliveryById(em.fork(), id, delivery)).toMatchObject({
      type: 'user.offboarded',
      data: { user: { id: 7, name: 'Lena Brandt' } },
      occurredAt: expect.any(Date),
      attempts: [
        {
          number: 2,
          outcome: 'http_error',
          statusCode: 500,
          durationMs: 12,
          response: 'oops',
          url: 'https://hooks.example/lastday',
          requestHeaders: { 'webhook-id': 'evt_1' },
        },
        { number: 1 },
      ],
      siblings: [{ id: replay, state: 'pending' }],
    });
    expect(await deliveryById(em.fork(), id, replay)).toMatchObject({ attempts: [], replayOf: delivery });
  });

  test("does not show another endpoint's delivery", async () => {
    const [mine, other] = [await subscribe(database), await subscribe(database)];
    const delivery = await addDelivery(database, other.id, 'pending');
    await expect(deliveryById(em.fork(), mine.id, delivery)).rejects.toBeInstanceOf(NotFound);
  });
});
