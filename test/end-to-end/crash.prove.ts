import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { secretBox } from '../../database/core/secret-box.ts';
import {
  AuditEntry,
  Notification,
  User,
  WebhookDelivery,
  WebhookEvent,
} from '../../database/entities/index.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testKey } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });
const receiver = await startReceiver();
await createEndpoint(
  database.em,
  'system',
  { url: receiver.url, description: null, eventTypes: ['user.offboarded'] },
  secretBox(testKey),
);
const startWorker = () => startWorkerProcess(own, engine.namespace);
const isAlive = () => eventually(async () => (await web.stranger().get('/health')).status === 200, 30_000);

// The delays cover the time from before the Update arrives to the middle of the deliveries.
test.each([0, 20, 45, 80, 150])(
  'a worker killed %i ms after the confirmation and restarted: every effect happens once',
  async (delay) => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const ivo = await web.signIn(cast.ivo.email);
    let worker = startWorker();
    await isAlive();

    const confirming = ivo.post(`/offboarding/${cast.lena.id}/completion`, { token: randomUUID() });
    await new Promise((resolve) => setTimeout(resolve, delay));
    await worker.kill();
    worker = startWorker();
    expect([202, 303]).toContain((await confirming).status);

    const em = () => database.em.fork();
    await eventually(
      async () => (await em().findOneOrFail(User, { id: cast.lena.id })).status === 'offboarded',
      40_000,
    );
    const ofCompletion = { offboardingId: cast.offboardingId, type: 'user.offboarded' } as const;
    const event = await em().findOneOrFail(WebhookEvent, ofCompletion);
    await eventually(
      async () => (await em().findOneOrFail(WebhookDelivery, { eventId: event.id })).state === 'delivered',
      40_000,
    );
    expect(await em().count(WebhookEvent, ofCompletion)).toBe(1);
    expect(await em().count(WebhookDelivery, { eventId: event.id })).toBe(1);
    expect(await em().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' })).toBe(1);
    expect(
      await em().count(AuditEntry, {
        action: 'user.manager_cleared',
        details: { offboardingId: cast.offboardingId },
      }),
    ).toBe(2);
    expect(await em().count(Notification, { aboutUserId: cast.lena.id, kind: 'offboarding_completed' })).toBe(
      1,
    );
    // At least once, always under the same id.
    const ids = receiver.received
      .filter(({ body }) => JSON.parse(body).data.user.id === cast.lena.id)
      .map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids)).toEqual(new Set([event.id]));
    await worker.kill();
  },
);
