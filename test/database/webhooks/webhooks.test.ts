import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { secretBox } from '../../../database/core/secret-box.ts';
import { AuditEntry, WebhookEndpoint } from '../../../database/entities/index.ts';
import { endpointById, listEndpoints } from '../../../database/webhooks/endpoint-list.ts';
import {
  activateEndpoint,
  createEndpoint,
  deleteEndpoint,
  pauseEndpoint,
  updateEndpoint,
} from '../../../database/webhooks/endpoints.ts';
import { deleteOldSecrets, rotateSecret } from '../../../database/webhooks/secrets.ts';
import { NotFound } from '../../../domain/failures.ts';
import { addDelivery, deliveriesTo } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

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
const stored = (id: number) => em.fork().findOneOrFail(WebhookEndpoint, { id });
const statesTo = async (id: number) => (await deliveriesTo(database, id)).map(({ state }) => state);
const actionsOn = async (id: number) =>
  (await em.fork().find(AuditEntry, {}, { orderBy: { id: 'asc' } }))
    .filter((entry) => entry.details.endpointId === id)
    .map((entry) => entry.action);

describe('an endpoint', () => {
  test('has a secret of 32 bytes that is shown once and stored sealed', async () => {
    const { id, secret } = await add();
    expect(secret).toMatch(/^whsec_/);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);

    const { secretEncrypted } = await stored(id);
    expect(secretEncrypted).not.toContain(secret.slice('whsec_'.length, 20));
    expect(box.open(secretEncrypted)).toBe(secret);
    expect((await add()).secret).not.toBe(secret);
    expect(JSON.stringify(await em.fork().find(AuditEntry, {}))).not.toContain(secret);
  });

  test('is edited, paused, enabled and deleted, with an audit entry each', async () => {
    const { id } = await add();
    await updateEndpoint(em, actor, id, { ...fields, url: 'https://example.org/', description: 'Badges' });
    await pauseEndpoint(em, actor, id);
    await pauseEndpoint(em, actor, id);
    expect(await listed(id)).toMatchObject({
      url: 'https://example.org/',
      description: 'Badges',
      state: 'paused',
      stoppedAt: expect.any(Date),
    });
    await activateEndpoint(em, actor, id);
    await activateEndpoint(em, actor, id);
    expect(await listed(id)).toMatchObject({ state: 'active', stoppedAt: null });
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

  test('that is paused disables only its own pending deliveries', async () => {
    const [{ id }, other] = [await add(), await add()];
    for (const state of ['pending', 'delivered', 'pending'] as const) await addDelivery(database, id, state);
    await addDelivery(database, other.id, 'pending');
    expect(await pauseEndpoint(em, actor, id)).toBe(2);
    expect(await statesTo(id)).toEqual(['disabled', 'delivered', 'disabled']);
    expect(await statesTo(other.id)).toEqual(['pending']);
  });

  test('that is deleted keeps its history and disables its pending deliveries', async () => {
    const { id } = await add();
    await addDelivery(database, id, 'pending');
    await addDelivery(database, id, 'delivered');

    await deleteEndpoint(em, actor, id);

    expect(await statesTo(id)).toEqual(['disabled', 'delivered']);
    expect(await endpointById(em.fork(), id)).toMatchObject({ state: 'deleted' });
    await expect(updateEndpoint(em, actor, id, fields)).rejects.toBeInstanceOf(NotFound);
    await expect(pauseEndpoint(em, actor, id)).rejects.toBeInstanceOf(NotFound);
    await expect(activateEndpoint(em, actor, id)).rejects.toBeInstanceOf(NotFound);
    await expect(rotateSecret(em, actor, id, box)).rejects.toBeInstanceOf(NotFound);
    await expect(deleteEndpoint(em, actor, id)).rejects.toBeInstanceOf(NotFound);
    await expect(endpointById(em.fork(), 999_999)).rejects.toBeInstanceOf(NotFound);
  });

  test('shows its recent outcomes', async () => {
    const { id } = await add();
    await addDelivery(database, id, 'pending');
    await addDelivery(database, id, 'disabled', 'webhook.test');
    await addDelivery(database, id, 'failed');
    expect(await listed(id)).toMatchObject({ pending: 1, missed: 1 });
    expect(await listed((await add()).id)).toMatchObject({ pending: 0, missed: 0, lastOutcome: null });
  });
});

describe('a new secret', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

  test('is valid at once, and the previous one for 24 hours', async () => {
    const { id, secret: before } = await add();
    const secret = await rotateSecret(em, actor, id, box, now);
    expect(secret).toMatch(/^whsec_/);
    const endpoint = await stored(id);
    expect(box.open(endpoint.secretEncrypted)).toBe(secret);
    expect(box.open(endpoint.previousSecretEncrypted!)).toBe(before);
    expect(endpoint.previousSecretUntil).toEqual(later(24));
    expect((await actionsOn(id)).at(-1)).toBe('webhook.secret_rotated');
    expect(JSON.stringify(await em.fork().find(AuditEntry, {}))).not.toContain(secret);
  });

  test('is refused while the previous one is valid', async () => {
    const { id } = await add();
    const secret = await rotateSecret(em, actor, id, box, now);
    await expect(rotateSecret(em, actor, id, box, later(23))).rejects.toThrow(
      'Rotate it again once the old one has expired.',
    );
    expect(box.open((await stored(id)).secretEncrypted)).toBe(secret);
    await expect(rotateSecret(em, actor, id, box, later(24))).resolves.toMatch(/^whsec_/);
  });

  test('deletes the previous one when it has expired', async () => {
    const [over, running] = [await add(), await add()];
    await rotateSecret(em, actor, over.id, box, new Date(Date.now() - 25 * 3_600_000));
    await rotateSecret(em, actor, running.id, box);
    await deleteOldSecrets(em.fork());
    expect((await stored(over.id)).previousSecretEncrypted).toBeNull();
    expect((await stored(running.id)).previousSecretEncrypted).not.toBeNull();
  });

  test('is created once when two requests are concurrent', async () => {
    const { id } = await add();
    const asked = await Promise.allSettled([1, 2, 3].map(() => rotateSecret(em, actor, id, box)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
