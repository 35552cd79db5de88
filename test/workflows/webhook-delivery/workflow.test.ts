import { expect, test } from 'vitest';
import { deleteEndpoint } from '../../../database/webhooks/endpoints.ts';
import { usualSchedule } from '../../../domain/webhooks/schedule.ts';
import { retryNow, webhookDeliveryStart, webhookWorkflow } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { startReceiver } from '../../../testing/outside/receiver.ts';
import { ownDeliveries } from './setting.ts';

const {
  database,
  dependencies,
  worker,
  startWorker,
  client,
  subscribe,
  completeLena,
  deliveryTo,
  becomes,
  handleOfDelivery,
  detailsOf,
  // The usual schedule with a short second wait.
} = await ownDeliveries(usualSchedule.with(1, 500));

test('a delivery is sent by the next worker when one stops, and ends at once when it is no longer pending', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver();
  const { id } = await subscribe(cast, receiver.url);
  await worker.stop();
  await startWorker(dependencies);
  await completeLena(cast);
  await becomes(id, { state: 'delivered' });
  const { id: deliveryId, eventId } = await deliveryTo(id);
  const again = webhookDeliveryStart({ id: deliveryId, eventId, endpointId: id, replayOf: null });
  await handleOfDelivery({ id: deliveryId, eventId }, id).result();
  await client.workflow.execute(webhookWorkflow, again);
  expect(receiver.received).toHaveLength(1);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

test('a delivery needs one activity when the endpoint accepts it at once', async () => {
  const cast = await makeCast(database);
  const { id } = await subscribe(cast, (await startReceiver()).url);
  await completeLena(cast);
  await becomes(id, { state: 'delivered' });
  const handle = handleOfDelivery(await deliveryTo(id), id);
  await handle.result();
  const { events } = await handle.fetchHistory();
  // Started, task, activity, task, completed: three events for each task and the activity.
  expect(events).toHaveLength(11);
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

test('a delivery continues with the next attempt in a run that follows another one', async () => {
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
  await expect.poll(() => detailsOf(handle)).toMatch(/^\*\*Attempt 3 of 10\*\* is due at 20\d\d-/);
  expect(receiver.received).toHaveLength(2);
  receiver.answer = (_request, response) => void response.end();
  await handle.signal(retryNow);
  await handle.result();
  await becomes(id, { state: 'delivered', outcomes: ['http_error', 'http_error', 'delivered'] });
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});

test('a delivery shows in the Temporal UI what it waits for', async () => {
  const cast = await makeCast(database);
  const receiver = await startReceiver((_request, response) => response.writeHead(503).end());
  const { id } = await subscribe(cast, receiver.url);
  await completeLena(cast);
  await becomes(id, { outcomes: ['http_error', 'http_error'] });
  const handle = handleOfDelivery(await deliveryTo(id), id);
  await expect.poll(() => detailsOf(handle)).toMatch(/^\*\*Attempt 3 of 10\*\* is due at 20\d\d-/);
  expect(await detailsOf(handle)).toContain('Last attempt: `http_error` (status 503).');
  const { events } = await handle.fetchHistory();
  const summaries = events!.flatMap(({ userMetadata }) => userMetadata?.summary?.data ?? []);
  expect(summaries.map(String)).toContain('"Wait for attempt 3 of 10"');
  await deleteEndpoint(database.em, `user:${cast.ada.id}`, id);
});
