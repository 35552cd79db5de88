import { describe, expect } from 'vitest';
import { activateEndpoint } from '../../../database/webhooks/endpoints.ts';
import { addDelivery, addReplay, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { webhookTests } from './setup.ts';

const { database, em, test } = await webhookTests();

describe('deliveries', () => {
  test('are sent again one by one, and only once while pending', async ({ ada }) => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'failed');
    const here = `/settings/webhooks/${id}/deliveries/${delivery}`;
    const sent = await ada.post(`${here}/replay`);
    const [, replay] = await deliveriesTo(database, id);
    expect([sent.status, sent.location]).toEqual([303, `/settings/webhooks/${id}/deliveries/${replay!.id}`]);
    const twice = await ada.post(`${here}/replay`);
    expect(twice.status).toBe(409);
    expect(messagesOn(twice.text)).toContain('already pending');
    expect((await ada.post(`/settings/webhooks/${id}/deliveries/999999/replay`)).status).toBe(404);
    expect(await deliveriesTo(database, id)).toHaveLength(2);
  });

  test('that failed since a given time are sent again together', async ({ ada }) => {
    const { id } = await subscribe(database);
    const here = `/settings/webhooks/${id}`;
    await addDelivery(database, id, 'failed', 'user.offboarded', new Date('2026-11-01T10:00:30Z'));
    await addDelivery(database, id, 'failed', 'user.offboarded', new Date('2026-11-02T10:00:30Z'));
    await addReplay(database, await addDelivery(database, id, 'failed'), 'delivered');
    const page = await ada.get(`${here}/deliveries`);
    expect(page.text).toContain('2 events weren&#39;t delivered');
    expect(page.text).toContain('value="2026-11-01T10:00"');

    for (const since of ['', 'yesterday', '2026-13-01T10:00', '2026-11-01']) {
      const wrong = await ada.post(`${here}/replay`, { since });
      expect(wrong.status, since).toBe(422);
      expect(messageBeside(wrong.text, 'since'), since).toMatch(/date/);
    }
    const sent = await ada.post(`${here}/replay`, { since: '2026-11-02T10:00' });
    expect([sent.status, sent.location]).toEqual([303, `${here}/deliveries`]);
    expect(messagesOn((await ada.get(`${here}/deliveries`)).text)).toContain('1 event queued again');
    expect(
      messagesOn(
        (await ada.get((await ada.post(`${here}/replay`, { since: '2026-11-02T10:00' })).location!)).text,
      ),
    ).toContain('Everything since then was delivered');

    await ada.post(`${here}/pause`);
    expect((await ada.post(`${here}/replay`, { since: '2026-11-01T10:00' })).status).toBe(409);
    await activateEndpoint(em, 'system', id);
  });

  test("that failed since a time of the reader's clock are sent again", async ({ ada }) => {
    const { id } = await subscribe(database);
    const here = `/settings/webhooks/${id}`;
    await addDelivery(database, id, 'failed', 'user.offboarded', new Date('2026-11-01T20:00:30Z'));
    expect((await ada.get(`${here}/deliveries`)).text).toContain('Failed since (UTC)');
    ada.cookies.set('lastday-zone', 'Asia/Tokyo');
    const { text } = await ada.get(`${here}/deliveries`);
    ada.cookies.delete('lastday-zone');
    expect(text).toContain('>Failed since<');
    expect(text).toContain('value="2026-11-02T05:00"');
    const fields = { since: '2026-11-02T05:01', zone: 'Asia/Tokyo' };
    await ada.post(`${here}/replay`, fields);
    expect(await deliveriesTo(database, id)).toHaveLength(1);
    await ada.post(`${here}/replay`, { ...fields, since: '2026-11-02T05:00' });
    expect(await deliveriesTo(database, id)).toHaveLength(2);
    expect((await ada.post(`${here}/replay`, { ...fields, zone: 'Mars/Base' })).status).toBe(422);
  });

  test('that are closed have no next attempt', async ({ ada }) => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'delivered');
    const tried = await ada.post(`/settings/webhooks/${id}/deliveries/${delivery}/try`);
    expect(tried.status).toBe(409);
    expect(messagesOn(tried.text)).toContain('This delivery is finished');
  });
});
