import { describe, expect, test } from 'vitest';
import {
  AuditEntry,
  Notification,
  WebhookAttempt,
  WebhookEndpoint,
} from '../../../database/entities/index.ts';
import { type Attempt, giveUpDelivery, recordAttempt } from '../../../database/webhooks/attempts.ts';
import { activateEndpoint, pauseEndpoint } from '../../../database/webhooks/endpoints.ts';
import type { AttemptOutcome } from '../../../domain/webhooks/attempts.ts';
import { usualSchedule } from '../../../domain/webhooks/schedule.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const { ada } = await makeCast(database);

const attempt = (number: number, outcome: AttemptOutcome, more: Partial<Attempt> = {}): Attempt => ({
  number,
  outcome,
  url: 'https://hooks.example/lastday',
  requestHeaders: { 'webhook-id': 'evt_1' },
  statusCode: 500,
  durationMs: 12,
  response: 'oops',
  retryAt: null,
  ...more,
});

const inHours = (hours: number) => new Date(Date.UTC(2026, 10, 24) + hours * 3_600_000);
const record = (deliveryId: number, number: number, outcome: AttemptOutcome, hours = 0) =>
  recordAttempt(em, deliveryId, attempt(number, outcome), usualSchedule, inHours(hours));

const endpoint = (id: number) => em.fork().findOneOrFail(WebhookEndpoint, { id });
const notificationsOn = async (endpointId: number) =>
  (await em.fork().find(Notification, { userId: ada.id }))
    .filter(({ details }) => details.endpointId === endpointId)
    .map(({ kind, details }) => ({ kind, ...details }));

describe('a failed attempt', () => {
  test('delays the next one by the endpoint’s Retry-After', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'pending');
    const now = new Date();
    const retryAt = new Date(now.getTime() + 3 * 3_600_000);
    await recordAttempt(em, delivery, attempt(1, 'throttled', { retryAt }), usualSchedule, now);
    const [sent] = await deliveriesTo(database, id);
    expect(sent!.state).toBe('pending');
    expect(sent!.waits).toBeGreaterThan(3 * 3_600 - 60);
    const [stored] = await em.fork().find(WebhookAttempt, { deliveryId: delivery });
    expect(stored).toMatchObject({ retryAt, requestHeaders: { 'webhook-id': 'evt_1' } });
  });

  test('sets the endpoint’s last outcome', async () => {
    const { id } = await subscribe(database);
    await record(await addDelivery(database, id, 'pending'), 1, 'delivered', 1);
    await record(await addDelivery(database, id, 'pending'), 1, 'timed_out', 2);
    expect(await endpoint(id)).toMatchObject({ lastTriedAt: inHours(2), lastOutcome: 'timed_out' });
  });

  test('is recorded once', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'pending');
    await record(delivery, 1, 'http_error');
    await record(delivery, 1, 'delivered');
    expect(await deliveriesTo(database, id)).toMatchObject([{ state: 'pending', outcomes: ['http_error'] }]);
  });

  test('that is the last one fails the delivery and notifies every active super-admin', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'pending');
    await record(delivery, 10, 'timed_out');
    expect(await deliveriesTo(database, id)).toMatchObject([{ state: 'failed', closed: true, waits: null }]);
    expect(await notificationsOn(id)).toMatchObject([
      { kind: 'webhook_failed', deliveryId: delivery, url: 'https://hooks.example/lastday' },
    ]);
  });

  test('of a test is not retried and notifies nobody', async () => {
    const { id } = await subscribe(database);
    await record(await addDelivery(database, id, 'pending', 'webhook.test'), 1, 'http_error');
    expect(await deliveriesTo(database, id)).toMatchObject([{ state: 'failed' }]);
    expect(await notificationsOn(id)).toEqual([]);
    expect((await endpoint(id)).failingSince).toBeNull();
  });

  test('does not change a closed delivery', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'pending');
    await pauseEndpoint(em, 'system', id);
    await record(delivery, 1, 'delivered');
    expect(await deliveriesTo(database, id)).toMatchObject([{ state: 'disabled', outcomes: ['delivered'] }]);
    await giveUpDelivery(em, delivery, 'failed');
    expect(await notificationsOn(id)).toEqual([]);
  });
});

describe('an endpoint is disabled', () => {
  test('after a 410 response, with its pending deliveries, and notifies the super-admins once', async () => {
    const { id } = await subscribe(database);
    const deliveries = [];
    for (let i = 0; i < 3; i++) deliveries.push(await addDelivery(database, id, 'pending'));
    await record(deliveries[1]!, 1, 'gone');
    expect(await endpoint(id)).toMatchObject({ state: 'disabled', disabledReason: 'gone' });
    expect((await deliveriesTo(database, id)).map(({ state }) => state)).toEqual(Array(3).fill('disabled'));
    expect(await notificationsOn(id)).toMatchObject([{ kind: 'webhook_disabled', reason: 'gone' }]);
    const entries = await em.fork().find(AuditEntry, { action: 'webhook.disabled' });
    expect(entries.filter(({ details }) => details.endpointId === id)).toMatchObject([
      { actor: 'system', userId: null },
    ]);
    await record(deliveries[0]!, 1, 'gone');
    expect(await notificationsOn(id)).toHaveLength(1);
  });

  test('after five days without a successful delivery', async () => {
    const { id } = await subscribe(database);
    for (let day = 0; day < 5; day++) {
      await record(await addDelivery(database, id, 'pending'), 1, 'connection_failed', day * 24);
      expect((await endpoint(id)).state).toBe('active');
    }
    await record(await addDelivery(database, id, 'pending'), 1, 'connection_failed', 5 * 24);
    expect(await endpoint(id)).toMatchObject({
      state: 'disabled',
      disabledReason: 'failing',
      stoppedAt: inHours(5 * 24),
    });
    expect(await notificationsOn(id)).toMatchObject([
      { kind: 'webhook_disabled', reason: 'failing', deliveries: 6 },
    ]);
  });

  test('not if a delivery or a test succeeded in between', async () => {
    for (const type of ['user.offboarded', 'webhook.test'] as const) {
      const { id } = await subscribe(database);
      for (let day = 0; day < 8; day++) {
        await record(await addDelivery(database, id, 'pending'), 1, 'http_error', day * 24);
        if (day === 4)
          await record(await addDelivery(database, id, 'pending', type), 1, 'delivered', day * 24);
      }
      expect(await endpoint(id)).toMatchObject({ state: 'active', failingSince: inHours(5 * 24) });
    }
  });

  test('and its failures are reset when it is enabled again', async () => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'pending');
    for (let day = 0; day <= 5; day++) await record(delivery, day + 1, 'http_error', day * 24);
    expect((await endpoint(id)).state).toBe('disabled');
    await activateEndpoint(em, 'system', id);
    expect(await endpoint(id)).toMatchObject({ state: 'active', failingSince: null, disabledReason: null });
    await record(await addDelivery(database, id, 'pending'), 1, 'http_error', 6 * 24);
    expect((await endpoint(id)).state).toBe('active');
  });

  test('once when many attempts fail concurrently', async () => {
    const { id } = await subscribe(database);
    for (const hours of [0, 40, 80])
      await record(await addDelivery(database, id, 'pending'), 1, 'http_error', hours);
    const deliveries = [];
    for (let i = 0; i < 8; i++) deliveries.push(await addDelivery(database, id, 'pending'));
    await Promise.all([
      ...deliveries.map((delivery) => record(delivery, 1, 'http_error', 121)),
      pauseEndpoint(em, 'system', (await subscribe(database)).id),
    ]);
    expect((await endpoint(id)).state).toBe('disabled');
    expect(await notificationsOn(id)).toHaveLength(1);
    expect((await deliveriesTo(database, id)).every(({ state }) => state === 'disabled')).toBe(true);
  });
});
