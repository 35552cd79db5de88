import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { sqlOf } from '../../database/tables.ts';
import { createEndpoint, deleteEndpoint, pauseEndpoint } from '../../database/webhooks.ts';
import {
  complete,
  retryNow,
  webhookDeliveryStart,
  webhookDeliveryWorkflow,
  webhookDeliveryWorkflowId,
  webhookWorkflow,
} from '../../workflows/messages.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { clearChecklist } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { ownEngine, testWorld } from '../support/engine.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { deliver } from '../support/webhooks.ts';

const { database } = await ownDatabase();
const { ask, client, startWorker, handleOf } = await ownEngine(database);
const world = testWorld(database);
let worker = await startWorker(world);

const subscribe = (cast: Cast, url: string) => {
  const fields = { url, description: null, eventTypes: ['user.offboarded' as const] };
  return createEndpoint(database.em, `user:${cast.ada.id}`, fields, world.secretBox);
};

async function completeLena(cast: Cast) {
  await clearChecklist(database, cast);
  expect((await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` })).outcome).toBe(
    'completed',
  );
}

async function deliveryTo(endpointId: number) {
  const { rows } = await sql<{
    id: number;
    eventId: string;
    state: string;
    closed: boolean;
    outcomes: string[];
    waits: number;
  }>`
    select d.id, d.event_id as "eventId", d.state, d.closed_at is not null as closed,
      array(select outcome from webhook_attempts a where a.delivery_id = d.id order by number) as outcomes,
      extract(epoch from d.next_try_at - now())::float as waits
    from webhook_deliveries d where endpoint_id = ${endpointId} and replay_of is null`.execute(
    sqlOf(database.em.fork()),
  );
  return rows[0]!;
}

const becomes = (endpointId: number, expected: Partial<Awaited<ReturnType<typeof deliveryTo>>>) =>
  expect.poll(() => deliveryTo(endpointId), { timeout: 15_000 }).toMatchObject(expected);

const handleOfDelivery = ({ id, eventId }: { id: number; eventId: string }, endpointId: number) =>
  client.workflow.getHandle(webhookDeliveryWorkflowId({ id, eventId, endpointId, replayOf: null }));

async function superAdminsToldOf(deliveryId: number) {
  const { rows } = await sql`
    select from notifications
    where kind = 'webhook_failed' and (details->>'deliveryId')::int = ${deliveryId} and user_id in (
      select id from users where role = 'super-admin' order by id limit 1
    )`.execute(sqlOf(database.em.fork()));
  return rows.length;
}

it('brings every endpoint that listens one event that an independent library accepts', async () => {
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
        completedBy: { type: 'user', id: cast.ivo.id, name: cast.ivo.name },
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

it('tries again after five seconds with the same id and a new moment', async () => {
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

it('tries at once when woken, gives up after ten tries, tells the super-admins, and can be sent anew', async () => {
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

it('stops at once and disables the endpoint when that says it is gone', async () => {
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

it('sends nothing to an endpoint that was paused meanwhile', async () => {
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

it('is sent by the next worker when one stops, and ends at once when it is no longer pending', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver();
  const { id } = await subscribe(cast, receiver.url);
  await worker.stop();
  worker = await startWorker(world);
  await completeLena(cast);
  await becomes(id, { state: 'delivered' });
  const { id: deliveryId, eventId } = await deliveryTo(id);
  const again = webhookDeliveryStart({ id: deliveryId, eventId, endpointId: id, replayOf: null });
  await handleOfDelivery({ id: deliveryId, eventId }, id).result();
  await client.workflow.execute(webhookWorkflow, again);
  expect(receiver.received).toHaveLength(1);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

it('costs the engine one step when the endpoint takes it at once', async () => {
  const cast = await makeCast(database);
  const { id } = await subscribe(cast, (await startReceiver()).url);
  await completeLena(cast);
  await becomes(id, { state: 'delivered' });
  const handle = handleOfDelivery(await deliveryTo(id), id);
  await handle.result();
  const { events } = await handle.fetchHistory();
  // Begun, task, step, task, ended: three events each for the tasks and the step.
  expect(events).toHaveLength(11);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

it('goes on with the try that comes next in a run that follows another one', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver((_request, response) => response.writeHead(503).end());
  const { id } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { outcomes: ['http_error', 'http_error'] });
  const delivery = await deliveryTo(id);
  const handle = handleOfDelivery(delivery, id);
  await handle.terminate('begin anew');
  const again = webhookDeliveryStart({ ...delivery, endpointId: id, replayOf: null });
  await client.workflow.start(webhookWorkflow, again);
  const details = async () =>
    (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
  await expect.poll(details).toMatch(/^\*\*Try 3 of 10\*\* is due at 20\d\d-/);
  expect(receiver.received).toHaveLength(2);
  receiver.answer = (_request, response) => void response.end();
  await handle.signal(retryNow);
  await handle.result();
  await becomes(id, { state: 'delivered', outcomes: ['http_error', 'http_error', 'delivered'] });
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

it('is made by its own process when it began with the version before', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver();
  const { id: endpointId } = await subscribe(cast, receiver.url);
  const id = await deliver(database, endpointId, 'pending');
  const { eventId } = await deliveryTo(endpointId);
  const start = webhookDeliveryStart({ id, eventId, endpointId, replayOf: null });
  await client.workflow.execute(webhookDeliveryWorkflow, start);
  await becomes(endpointId, { state: 'delivered', outcomes: ['delivered'] });
  expect(receiver.received).toHaveLength(1);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, endpointId);
});

it('says so when the secret was stored with another key', async () => {
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

it('tells an operator what it waits for, in the Temporal UI', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver((_request, response) => response.writeHead(503).end());
  const { id } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { outcomes: ['http_error', 'http_error'] });
  const handle = handleOfDelivery(await deliveryTo(id), id);
  const details = async () => {
    const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return metadata.currentDetails;
  };
  await expect.poll(details).toMatch(/^\*\*Try 3 of 10\*\* is due at 20\d\d-/);
  expect(await details()).toContain('The try before: `http_error` (status 503).');
  const { events } = await handle.fetchHistory();
  const summaries = events!.flatMap(({ userMetadata }) => userMetadata?.summary?.data ?? []);
  expect(summaries.map(String)).toContain('"Try 3 of 10"');
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});
