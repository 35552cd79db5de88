import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  AuditEntry,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from '../../database/entities/index.ts';
import { secretBox } from '../../database/secret-box.ts';
import { deliveryById, endpointById, listDeliveries, listEndpoints } from '../../database/webhook-history.ts';
import {
  createEndpoint,
  deleteEndpoint,
  setEndpointPaused,
  updateEndpoint,
} from '../../database/webhooks.ts';
import { NotFound } from '../../domain/failures.ts';
import { ownDatabase } from '../support/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const box = secretBox(randomBytes(32).toString('base64'));
const actor = 'user:1';
const fields = {
  url: 'https://example.com/hooks',
  description: null,
  eventTypes: ['user.offboarded' as const],
};

const add = () => createEndpoint(em, actor, fields, box);
const listed = async (id: number) => (await listEndpoints(em.fork())).find((endpoint) => endpoint.id === id);
const actionsOn = async (id: number) =>
  (await em.fork().find(AuditEntry, {}, { orderBy: { id: 'asc' } }))
    .filter((entry) => entry.details.endpointId === id)
    .map((entry) => entry.action);

let events = 0;
async function deliver(endpointId: number, state: 'pending' | 'failed' | 'delivered') {
  const fork = em.fork();
  const eventId = `evt_${++events}`;
  fork.create(WebhookEvent, {
    id: eventId,
    type: 'user.offboarded',
    data: { user: { id: 7, name: 'Lena Brandt' } },
  });
  await fork.flush();
  const delivery = fork.create(WebhookDelivery, {
    eventId,
    endpointId,
    state,
    nextTryAt: state === 'pending' ? new Date() : null,
  });
  await fork.flush();
  return delivery.id;
}

async function attempt(deliveryId: number, number: number, outcome: 'http_error' | 'delivered') {
  const fork = em.fork();
  const statusCode = outcome === 'delivered' ? 204 : 500;
  fork.create(WebhookAttempt, {
    deliveryId,
    number,
    outcome,
    statusCode,
    durationMs: 12,
    response: 'oops',
    url: fields.url,
  });
  await fork.flush();
}

describe('an endpoint', () => {
  test('has a secret of 32 bytes that is shown once and stored sealed', async () => {
    const { id, secret } = await add();
    expect(secret).toMatch(/^whsec_/);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);

    const stored = await em.fork().findOneOrFail(WebhookEndpoint, { id });
    expect(stored.secretEncrypted).not.toContain(secret.slice('whsec_'.length, 20));
    expect(box.open(stored.secretEncrypted)).toBe(secret);
    expect((await add()).secret).not.toBe(secret);
    expect(JSON.stringify(await em.fork().find(AuditEntry, {}))).not.toContain(secret);
  });

  test('is edited, paused, let go on and removed, with an entry each', async () => {
    const { id } = await add();
    await updateEndpoint(em, actor, id, { ...fields, url: 'https://example.org/', description: 'Badges' });
    await setEndpointPaused(em, actor, id, true);
    await setEndpointPaused(em, actor, id, true);
    expect(await listed(id)).toMatchObject({
      url: 'https://example.org/',
      description: 'Badges',
      state: 'paused',
    });
    await setEndpointPaused(em, actor, id, false);
    await deleteEndpoint(em, actor, id);

    expect(await listed(id)).toBeUndefined();
    expect(await actionsOn(id)).toEqual([
      'webhook.created',
      'webhook.updated',
      'webhook.updated',
      'webhook.updated',
      'webhook.deleted',
    ]);
  });

  test('that is removed keeps its history, and what was on its way is given up', async () => {
    const { id } = await add();
    const pending = await deliver(id, 'pending');
    const delivered = await deliver(id, 'delivered');

    await deleteEndpoint(em, actor, id);

    expect(await deliveryById(em.fork(), id, pending)).toMatchObject({ state: 'disabled', nextTryAt: null });
    expect(await deliveryById(em.fork(), id, delivered)).toMatchObject({ state: 'delivered' });
    expect(await endpointById(em.fork(), id)).toMatchObject({ state: 'deleted' });
    await expect(updateEndpoint(em, actor, id, fields)).rejects.toBeInstanceOf(NotFound);
    await expect(setEndpointPaused(em, actor, id, true)).rejects.toBeInstanceOf(NotFound);
    await expect(deleteEndpoint(em, actor, id)).rejects.toBeInstanceOf(NotFound);
  });

  test('shows how it has been doing', async () => {
    const { id } = await add();
    await deliver(id, 'pending');
    await attempt(await deliver(id, 'failed'), 1, 'http_error');
    expect(await listed(id)).toMatchObject({
      pending: 1,
      failed: 1,
      lastOutcome: 'http_error',
      lastAttemptAt: expect.any(Date),
    });
    expect(await listed((await add()).id)).toMatchObject({ pending: 0, failed: 0, lastOutcome: null });
  });
});

describe('the history of an endpoint', () => {
  test('lists deliveries, newest first, with every attempt in order', async () => {
    const { id } = await add();
    const first = await deliver(id, 'delivered');
    const second = await deliver(id, 'pending');
    await attempt(first, 1, 'http_error');
    await attempt(first, 2, 'delivered');

    const { rows, total } = await listDeliveries(em.fork(), id, null);
    expect(total).toBe(2);
    expect(rows.map((row) => row.id)).toEqual([second, first]);
    expect(rows[0]).toMatchObject({ attempts: [], about: 'Lena Brandt', aboutUserId: 7 });
    expect(rows[1]!.attempts).toMatchObject([
      { number: 1, outcome: 'http_error', statusCode: 500, durationMs: 12, response: 'oops' },
      { number: 2, outcome: 'delivered', statusCode: 204 },
    ]);
  });

  test('is narrowed to a state and paged', async () => {
    const { id } = await add();
    for (let number = 0; number < 52; number++) await deliver(id, 'failed');
    await deliver(id, 'delivered');

    expect(await listDeliveries(em.fork(), id, 'delivered')).toMatchObject({ total: 1, lastPage: 1 });
    const second = await listDeliveries(em.fork(), id, 'failed', 2);
    expect(second).toMatchObject({ total: 52, lastPage: 2 });
    expect(second.rows).toHaveLength(2);
    expect(await listDeliveries(em.fork(), id, 'failed', 3)).toMatchObject({ rows: [], total: 52 });
  });

  test("does not show another endpoint's delivery", async () => {
    const { id } = await add();
    const other = await add();
    const delivery = await deliver(other.id, 'pending');
    await expect(deliveryById(em.fork(), id, delivery)).rejects.toBeInstanceOf(NotFound);
    await expect(endpointById(em.fork(), 999_999)).rejects.toBeInstanceOf(NotFound);
  });
});
