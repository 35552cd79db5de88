import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { webhookSender } from '../../activities/webhooks/sender.ts';
import { allowedRanges } from '../../database/webhooks/address.ts';
import { eventually, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { startDeliveries, startWorker } = await ownEngine(database);

// Longer than the test: a hanging try holds its place the whole time.
const timeouts = { connectMs: 1_000, responseMs: 25_000, totalMs: 25_000 };
const sender = webhookSender(allowedRanges(['127.0.0.1']), { timeouts });
await startWorker({ ...testDependencies(database), sender }, { concurrentWebhooks: 20 });

test('an endpoint that hangs delays no other endpoint, however many deliveries wait for it', async () => {
  const held: ServerResponse[] = [];
  const hanging = await startReceiver((_request, response) => void held.push(response));
  const dead = await startReceiver();
  await dead.stop();
  const healthy = await startReceiver();
  const [toHanging, toDead, toHealthy] = [
    await subscribe(database, hanging.url),
    await subscribe(database, dead.url),
    await subscribe(database, healthy.url),
  ];
  // More deliveries than the queue has slots.
  for (let i = 0; i < 40; i++) await addDelivery(database, toHanging.id, 'pending', 'offboarding.started');
  for (let i = 0; i < 20; i++) await addDelivery(database, toDead.id, 'pending', 'offboarding.started');
  await startDeliveries();
  await eventually(async () => hanging.received.length === 5);
  await eventually(async () =>
    (await deliveriesTo(database, toDead.id)).every(({ outcomes }) => outcomes.length > 0),
  );

  const began = Date.now();
  await addDelivery(database, toHealthy.id, 'pending', 'offboarding.started');
  await startDeliveries();
  await eventually(async () => healthy.received.length === 1);
  expect(Date.now() - began).toBeLessThan(8_000);
  expect(hanging.received).toHaveLength(5);
  await eventually(async () => (await deliveriesTo(database, toHealthy.id))[0]!.state === 'delivered');
  // The worker would wait for them before it stops.
  hanging.answer = (_request, response) => void response.end();
  for (const response of held) response.end();
});

test('many deliveries to one endpoint all arrive, with a limit on concurrency', async () => {
  let [now, most] = [0, 0];
  const receiver = await startReceiver((_request, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      response.end();
    }, 20);
  });
  const { id } = await subscribe(database, receiver.url);
  for (let i = 0; i < 30; i++) await addDelivery(database, id, 'pending', 'offboarding.started');
  await startDeliveries();
  await eventually(
    async () => (await deliveriesTo(database, id)).every(({ state }) => state === 'delivered'),
    40_000,
  );
  expect(receiver.received).toHaveLength(30);
  expect(most).toBeLessThanOrEqual(5);
});
