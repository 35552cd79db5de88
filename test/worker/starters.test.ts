import { expect, test } from 'vitest';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { testEndpoint } from '../../database/webhooks/replays.ts';
import type { DeliveryAddress, RowKind, RowOf } from '../../engine/contract.ts';
import { webhookDeliveryWorkflowId } from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { batchSenderFor, ownEngine } from '../../testing/cast/engine.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createDeliveryStarter } from '../../worker/starters.ts';

const { database } = await ownDatabase();
const { client, startDeliveries, engine, sendBatch } = await ownEngine(database);

const isStarted = (delivery: { id: number; eventId: string; replayOf: number | null }, endpointId: number) =>
  client.workflow
    .getHandle(webhookDeliveryWorkflowId({ ...delivery, endpointId }))
    .describe()
    .then(
      () => true,
      () => false,
    );

test('the starter starts pending deliveries, but leaves those of a completion to its workflow', async () => {
  const { nora, lena } = await makeCast(database);
  const { id } = await subscribe(database);
  await setEndDate(database.em, `user:${nora.id}`, lena.id, '2099-01-31');
  await testEndpoint(database.em, 'system', id);
  await addDelivery(database, id, 'pending', 'user.offboarded');
  await addDelivery(database, id, 'disabled', 'offboarding.started');
  await startDeliveries();
  const started = [];
  for (const delivery of await deliveriesTo(database, id)) started.push(await isStarted(delivery, id));
  expect(started).toEqual([true, true, false, false]);
});

test('four concurrent starters start each delivery once', async () => {
  const { id } = await subscribe(database);
  for (let i = 0; i < 30; i++) await addDelivery(database, id, 'pending', 'offboarding.started');
  const asked: number[] = [];
  const counting = {
    ...engine,
    startUnlessRunning: (_kind: string, { id }: { id: number }) => void asked.push(id),
  };
  const four = Array.from({ length: 4 }, () =>
    createDeliveryStarter({ database, engine: counting as unknown as typeof engine, sendBatch }),
  );
  await Promise.all(four.map((each) => each()));
  expect(asked).toHaveLength(30);
  expect(new Set(asked).size).toBe(30);
});

test('the starter keeps deliveries while Temporal is down, and starts them later', async () => {
  const { id } = await subscribe(database);
  await testEndpoint(database.em, 'system', id);
  const away = {
    ...engine,
    startUnlessRunning: () => Promise.reject(new Error('away')),
    isReachable: async () => false,
  };
  await createDeliveryStarter({ database, engine: away, sendBatch: batchSenderFor(away) })();
  const [delivery] = await deliveriesTo(database, id);
  expect(await isStarted(delivery!, id)).toBe(false);
  await startDeliveries();
  expect(await isStarted(delivery!, id)).toBe(true);
});

test('the starter holds no lock that blocks delivery attempts while Temporal is slow', async () => {
  const { id } = await subscribe(database);
  const deliveryId = await addDelivery(database, id, 'pending', 'offboarding.started');
  const slow = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const starting = createDeliveryStarter({
    database,
    engine: {
      ...engine,
      async startUnlessRunning(kind, row) {
        asked.resolve();
        await slow.promise;
        return engine.startUnlessRunning(kind, row);
      },
    },
    sendBatch,
  })();
  await asked.promise;
  const tried = await database.em.fork().transactional(async (em) => {
    await em.execute("set local lock_timeout = '1s'");
    return em.execute('update webhook_deliveries set next_try_at = now() where id = ?', [deliveryId], 'run');
  });
  expect(tried).toMatchObject({ affectedRows: 1 });
  slow.resolve();
  await starting;
});

test('the starter reaches deliveries behind a page that Temporal refuses', async () => {
  const { id } = await subscribe(database);
  for (let i = 0; i < 201; i++) await addDelivery(database, id, 'pending', 'offboarding.started');
  const last = (await deliveriesTo(database, id)).at(-1)!;
  const choosy = {
    ...engine,
    startUnlessRunning: (_kind: RowKind, delivery: RowOf[RowKind]) =>
      (delivery as DeliveryAddress).id === last.id
        ? engine.startUnlessRunning('delivery', delivery as DeliveryAddress)
        : Promise.reject(new Error('refused')),
  };
  await expect(createDeliveryStarter({ database, engine: choosy, sendBatch })()).rejects.toThrow(
    'refused 200',
  );
  expect(await isStarted(last, id)).toBe(true);
});
