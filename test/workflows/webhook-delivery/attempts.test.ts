import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { deleteEndpoint, pauseEndpoint } from '../../../database/webhooks/endpoints.ts';
import { retryNow, webhookDeliveryStart, webhookWorkflow } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { type Received, startReceiver } from '../../../testing/outside/receiver.ts';
import { ownDeliveries } from './setting.ts';

const {
  database,
  client,
  handleOf,
  subscribe,
  completeLena,
  deliveryTo,
  becomes,
  handleOfDelivery,
  superAdminsToldOf,
} = await ownDeliveries();

test('a delivery brings each subscribed endpoint one event that an independent library accepts', async () => {
  const cast = await makeCast(database);
  const receivers = [await startReceiver(), await startReceiver()];
  const endpoints = [];
  for (const { url } of receivers) endpoints.push(await subscribe(cast, url));
  await completeLena(cast);
  for (const [i, { id, secret }] of endpoints.entries()) {
    await becomes(id, { state: 'delivered', closed: true, outcomes: ['delivered'], waits: null as never });
    const [{ body, headers }] = receivers[i]!.received as [Received];
    const event = new Webhook(secret).verify(body, headers);
    expect(event).toEqual({
      type: 'user.offboarded',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        user: {
          id: cast.lena.id,
          externalId: cast.lena.externalId,
          name: cast.lena.name,
          email: cast.lena.email,
          department: 'Engineering',
          jobTitle: 'Team Lead',
          endDate: cast.lastDay,
        },
        completedBy: {
          type: 'user',
          id: cast.ivo.id,
          name: cast.ivo.name,
          externalId: cast.ivo.externalId,
          email: cast.ivo.email,
        },
        offboarding: {
          id: cast.offboardingId,
          openedAt: expect.any(String),
          completedAt: expect.any(String),
        },
      },
    });
    expect(receivers[i]!.received).toHaveLength(1);
  }
  expect(receivers[0]!.received[0]!.headers['webhook-id']).toBe(
    receivers[1]!.received[0]!.headers['webhook-id'],
  );
  await handleOf(cast.offboardingId).result();
  for (const { id } of endpoints) await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

test('a retry after five seconds has the same id and a new timestamp', async () => {
  const cast = await makeCast(database);
  let isBroken = true;
  const receiver = await startReceiver((_request, response) => {
    response.writeHead(isBroken ? 503 : 200).end();
    isBroken = false;
  });
  const { id, secret } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { state: 'pending', outcomes: ['http_error'] });
  const { waits } = await deliveryTo(id);
  expect(waits).toBeGreaterThan(2);
  expect(waits).toBeLessThan(6);
  await becomes(id, { state: 'delivered', outcomes: ['http_error', 'delivered'] });
  const [first, second] = receiver.received as [Received, Received];
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(Number(second.headers['webhook-timestamp'])).toBeGreaterThan(
    Number(first.headers['webhook-timestamp']),
  );
  new Webhook(secret).verify(second.body, second.headers);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

test('a delivery retries at once on request, gives up after ten attempts with a notification, and can be resent', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver((_request, response) => response.writeHead(500).end());
  const { id } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { outcomes: ['http_error'] });
  const delivery = await deliveryTo(id);
  for (let tries = 1; tries < 10; tries++) {
    await handleOfDelivery(delivery, id).signal(retryNow);
    await expect.poll(async () => (await deliveryTo(id)).outcomes.length).toBe(tries + 1);
  }
  await becomes(id, { state: 'failed', closed: true, outcomes: Array(10).fill('http_error') });
  await handleOfDelivery(delivery, id).result();
  expect(await superAdminsToldOf(delivery.id)).toBe(1);

  receiver.answer = (_request, response) => void response.end();
  const { rows } = await sql<{ id: number }>`
    insert into webhook_deliveries (event_id, endpoint_id, replay_of)
    values (${delivery.eventId}, ${id}, ${delivery.id}) returning id`.execute(sqlOf(database.em.fork()));
  const replay = { id: rows[0]!.id, eventId: delivery.eventId, endpointId: id, replayOf: delivery.id };
  await client.workflow.execute(webhookWorkflow, webhookDeliveryStart(replay));
  expect(receiver.received).toHaveLength(11);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

test('a delivery stops at once and disables the endpoint after 410 Gone', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver((_request, response) => response.writeHead(410).end());
  const { id } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { state: 'disabled', closed: true, outcomes: ['gone'] });
  const { rows } = await sql`select state from webhook_endpoints where id = ${id}`.execute(
    sqlOf(database.em.fork()),
  );
  expect(rows).toEqual([{ state: 'disabled' }]);
});

test('a delivery sends nothing to an endpoint that was paused meanwhile', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver((_request, response) => response.writeHead(500).end());
  const { id } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { outcomes: ['http_error'] });
  await pauseEndpoint(database.em, `user:${cast.ada.id}`, id);
  await handleOfDelivery(await deliveryTo(id), id).signal(retryNow);
  await handleOfDelivery(await deliveryTo(id), id).result();
  await becomes(id, { state: 'disabled', outcomes: ['http_error'] });
  expect(receiver.received).toHaveLength(1);
});

test('a delivery reports a secret that was encrypted with another key', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver();
  const { id } = await subscribe(cast, receiver.url);
  await sql`update webhook_endpoints set secret_encrypted = 'AAAA' where id = ${id}`.execute(
    sqlOf(database.em.fork()),
  );
  await completeLena(cast);
  await becomes(id, { state: 'pending', outcomes: ['not_signed'] });
  expect(receiver.received).toEqual([]);
});
