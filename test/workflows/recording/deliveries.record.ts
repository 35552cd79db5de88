import { expect, test } from 'vitest';
import { pauseEndpoint } from '../../../database/webhooks/endpoints.ts';
import {
  retryNow,
  webhookDeliveryStart,
  webhookDeliveryWorkflowId,
  webhookWorkflow,
} from '../../../engine/contract.ts';
import { eventually, ownEngine, testDependencies } from '../../../testing/cast/engine.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { startReceiver } from '../../../testing/outside/receiver.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { keep } from './keep.ts';

const { database } = await ownDatabase();
const { client, startWorker } = await ownEngine(database);
const dependencies = testDependencies(database);
// Three attempts: at once, after a short wait, and after a long one.
await startWorker({ ...dependencies, retrySchedule: [0, 300, 3_600_000] });

const failing = () => startReceiver((_request, response) => response.writeHead(500).end());

/** Starts a delivery to a new endpoint. */
async function begin(url: string) {
  const { id: endpointId } = await subscribe(database, url);
  const id = await addDelivery(database, endpointId, 'pending');
  const { eventId } = (await deliveriesTo(database, endpointId))[0]!;
  const address = { id, eventId, endpointId, replayOf: null };
  await client.workflow.start(webhookWorkflow, webhookDeliveryStart(address));
  const handle = client.workflow.getHandle(webhookDeliveryWorkflowId(address));
  const tries = async () => (await deliveriesTo(database, endpointId))[0]!.outcomes.length;
  return {
    handle,
    address,
    endpointId,
    untilTried: (times: number) => eventually(async () => (await tries()) >= times),
  };
}

test('delivered at once, and started again when it was closed', async () => {
  const { handle, address } = await begin((await startReceiver()).url);
  await handle.result();
  await keep('delivered', handle);
  await client.workflow.execute(webhookWorkflow, webhookDeliveryStart(address));
  await keep('delivery-was-closed', handle);
});

test('delivered at the second attempt', async () => {
  const receiver = await failing();
  const { handle, untilTried } = await begin(receiver.url);
  await untilTried(1);
  receiver.answer = (_request, response) => void response.end();
  await handle.result();
  await keep('delivered-at-the-second-try', handle);
});

test('given up after the last attempt, which a user requested', async () => {
  const { handle, untilTried } = await begin((await failing()).url);
  await untilTried(2);
  await handle.signal(retryNow);
  await handle.result();
  await keep('delivery-given-up', handle);
});

test('to an endpoint that answers 410', async () => {
  const { handle } = await begin(
    (await startReceiver((_request, response) => response.writeHead(410).end())).url,
  );
  await handle.result();
  await keep('endpoint-gone', handle);
});

test('to an endpoint that was paused meanwhile', async () => {
  const { handle, endpointId, untilTried } = await begin((await failing()).url);
  await untilTried(2);
  await pauseEndpoint(database.em, 'system', endpointId);
  await handle.signal(retryNow);
  await handle.result();
  await keep('endpoint-paused', handle);
  expect(await deliveriesTo(database, endpointId)).toMatchObject([{ state: 'disabled' }]);
});

test('waiting for its next attempt', async () => {
  const { handle, untilTried } = await begin((await failing()).url);
  await untilTried(2);
  await keep('delivery-waiting', handle);
});
