import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testKey } from '../../testing/cast/engine.ts';
import { deliveriesTo, subscribe } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWeb } from '../../testing/web/web.ts';

// A fault of another product: an answer of 500 counted as delivered.

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const web = await startWeb(own, {
  TEMPORAL_NAMESPACE: engine.namespace,
  SECRET_KEY: testKey,
  WEBHOOK_ALLOW: '127.0.0.1',
});
beforeAll(async () => {
  await engine.startWorker();
  engine.keepRelaying();
});

test('an answer of 500 is not a delivery: the console shows it, and a retry delivers it', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const answers: Record<number, string> = {
    200: 'delivered',
    204: 'delivered',
    302: 'redirected',
    404: 'http_error',
    429: 'throttled',
    500: 'http_error',
  };
  // Subscribed one after another, because the page shows only the last five deliveries.
  const receivers = [];
  for (const status of Object.keys(answers).map(Number)) {
    const receiver = await startReceiver((_request, response) => response.writeHead(status).end());
    const { id } = await subscribe(database, receiver.url, ['user.offboarded']);
    receivers.push({ status, receiver, id });
  }

  const ada = await web.signIn(cast.ada.email);
  const path = `/offboarding/${cast.lena.id}`;
  expect((await ada.post(`${path}/completion`, { token: randomUUID() })).status).toBe(303);
  for (const { status, id } of receivers) {
    const delivery = await eventually(async () => {
      const [first] = await deliveriesTo(database, id);
      return first!.outcomes.length > 0 ? first! : null;
    });
    const isDelivered = answers[status] === 'delivered';
    expect([status, delivery.outcomes[0]]).toEqual([status, answers[status]]);
    expect([status, delivery.state]).toEqual([status, isDelivered ? 'delivered' : 'pending']);
  }
  const { text } = await ada.get(path);
  // An email that was not sent yet may have a failed attempt too.
  expect(text.match(/\d failed attempts?</g)!.length).toBeGreaterThanOrEqual(4);
  expect(text.match(/next attempt/g)!.length).toBeGreaterThanOrEqual(4);

  const { receiver, id } = receivers.find(({ status }) => status === 500)!;
  receiver.answer = (_request, response) => response.writeHead(200).end();
  const deliveryId = (await deliveriesTo(database, id))[0]!.id;
  await ada.post(`/settings/webhooks/${id}/deliveries/${deliveryId}/try`);
  const delivered = await eventually(async () =>
    (await deliveriesTo(database, id)).find(({ state }) => state === 'delivered'),
  );
  expect(delivered.outcomes.at(-1)).toBe('delivered');
  expect(delivered.outcomes.slice(0, -1).every((outcome) => outcome === 'http_error')).toBe(true);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids)).toEqual(new Set([delivered.eventId]));
});
