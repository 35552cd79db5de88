import { describe, expect } from 'vitest';
import { WebhookEndpoint } from '../../../database/entities/index.ts';
import { addDelivery, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { shown, webhookTests } from './setup.ts';

const { database, em, endpoint, test } = await webhookTests();

describe('webhook endpoints', () => {
  test('are only for super-admins', async ({ nora }) => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'failed');
    const here = `/settings/webhooks/${id}`;
    for (const path of ['/deliveries', `/deliveries/${delivery}`, '/edit']) {
      expect((await nora.get(here + path)).status, path).toBe(403);
    }
    for (const path of [
      '',
      '/pause',
      '/resumption',
      '/secret',
      '/test',
      '/removal',
      '/replay',
      `/deliveries/${delivery}/try`,
      `/deliveries/${delivery}/replay`,
    ]) {
      expect((await nora.post(here + path, { url: 'https://x.example' })).status, path).toBe(403);
    }
    expect(await deliveriesTo(database, id)).toHaveLength(1);
    expect(await endpoint(id)).toMatchObject({ state: 'active' });
  });

  test('are edited, paused, resumed and removed', async ({ ada, add }) => {
    const { id } = await add();
    const here = `/settings/webhooks/${id}`;
    expect((await ada.get(`${here}/edit`)).text).toMatch(/value="user\.offboarded"\s+checked/);
    expect((await ada.post(here, { url: 'https://other.example/', description: 'Moved' })).status).toBe(303);
    expect((await ada.post(here, { url: 'https://10.0.0.1/' })).status).toBe(422);
    await addDelivery(database, id, 'pending');
    expect((await ada.post(`${here}/pause`)).status).toBe(303);
    const paused = await ada.get('/settings/webhooks');
    expect(messagesOn(paused.text)).toContain('1 pending delivery stopped');
    expect(paused.text).toContain('Paused since');
    expect(await endpoint(id)).toMatchObject({ url: 'https://other.example/', state: 'paused' });

    // Missed events are offered to be sent again.
    const on = await ada.post(`${here}/resumption`);
    expect([on.status, on.location]).toEqual([303, `${here}/deliveries?state=missed`]);
    expect((await ada.get(on.location!)).text).toContain('1 event wasn&#39;t delivered');
    expect(await endpoint(id)).toMatchObject({ state: 'active' });
    expect((await ada.post(`${here}/removal`)).status).toBe(303);

    expect((await ada.get(`${here}/edit`)).status).toBe(404);
    expect((await ada.post(here, { url: 'https://other.example/' })).status).toBe(404);
    expect((await ada.post(`${here}/test`)).status).toBe(404);
    expect((await ada.post(`${here}/secret`)).status).toBe(404);
    expect((await ada.get(`${here}/deliveries`)).text).toContain('Removed');
    expect((await ada.get('/settings/webhooks/999999/deliveries')).status).toBe(404);
  });

  test('get a new secret, shown once, and at most one a day', async ({ ada, add }) => {
    const { id } = await add();
    const first = shown(await ada.get('/settings/webhooks'));
    const rotated = await ada.post(`/settings/webhooks/${id}/secret`);
    expect([rotated.status, rotated.location]).toEqual([303, '/settings/webhooks']);
    const page = await ada.get('/settings/webhooks');
    expect(shown(page)).toMatch(/^whsec_/);
    expect(shown(page)).not.toBe(first);
    expect(page.text).toContain('the old one works until');
    expect(shown(await ada.get('/settings/webhooks'))).toBeUndefined();

    const again = await ada.post(`/settings/webhooks/${id}/secret`);
    expect(again.status).toBe(409);
    expect(messagesOn(again.text)).toContain('The secret was rotated less than 24 hours ago');
    expect(shown(again)).toBeUndefined();
  });

  test('that are disabled say why, and can be resumed', async ({ ada }) => {
    const { id } = await subscribe(database);
    const fork = em.fork();
    Object.assign(await fork.findOneOrFail(WebhookEndpoint, { id }), {
      state: 'disabled',
      disabledReason: 'failing',
      stoppedAt: new Date('2026-11-24T05:06:00Z'),
    });
    await fork.flush();
    expect((await ada.get('/settings/webhooks')).text.replace(/<[^>]+>/g, '')).toMatch(
      /Disabled on 24 Nov 2026, 05:06 UTC.*, because every attempt failed for 5 days\./,
    );
    await ada.post(`/settings/webhooks/${id}/resumption`);
    expect(await endpoint(id)).toMatchObject({ state: 'active', disabledReason: null });
  });

  test('get a test event, whatever they subscribe to', async ({ ada }) => {
    const { id } = await subscribe(database, undefined, ['user.offboarded']);
    const sent = await ada.post(`/settings/webhooks/${id}/test`);
    const [delivery] = await deliveriesTo(database, id);
    expect([sent.status, sent.location]).toEqual([
      303,
      `/settings/webhooks/${id}/deliveries/${delivery!.id}`,
    ]);
    const page = await ada.get(sent.location!);
    expect(page.text).toContain('webhook.test');
    expect(page.text).toContain('No attempts yet.');
  });
});
