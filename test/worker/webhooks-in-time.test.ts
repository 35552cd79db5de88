import { expect, test } from 'vitest';
import { lastHeartbeat } from '../../database/engine/heartbeats.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { subscribe } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace } = await ownEngine(database);
startWorkerProcess(own, namespace);

test('an event of a leaver is delivered within about a second', async () => {
  const receiver = await startReceiver();
  await subscribe(database, receiver.url, ['offboarding.started']);
  await eventually(() => lastHeartbeat(database.em.fork()));
  const { nora, emil } = await makeCast(database);
  await eventually(async () => receiver.received.length === 1);

  const began = Date.now();
  await setEndDate(database.em, `user:${nora.id}`, emil.id, '2099-12-31');
  await eventually(async () => receiver.received.length === 2);
  // Allows for a machine that is busy with other tests.
  expect(Date.now() - began).toBeLessThan(3_000);
});
