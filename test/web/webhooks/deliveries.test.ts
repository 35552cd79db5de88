import { describe, expect } from 'vitest';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { addDays } from '../../../domain/dates.ts';
import { addAttempt, addDelivery, subscribe } from '../../../testing/cast/webhooks.ts';
import type { Answer } from '../../../testing/web/web.ts';
import { webhookTests } from './setup.ts';

const { database, em, test } = await webhookTests();

test('a user without access to settings sees only the host of an endpoint', async ({ cast, ada, ivo }) => {
  const { id } = await subscribe(database, 'https://hooks.example/services/T0SECRET?key=k3y');
  await setEndDate(database.em, `user:${cast.nora.id}`, cast.lena.id, addDays(cast.lastDay, 1));
  await ada.post(`/settings/webhooks/${id}/test`);
  for (const path of [`/offboarding/${cast.lena.id}`, '/audit']) {
    const { text } = await ivo.get(path);
    expect(text).toContain('https://hooks.example/…');
    expect(text).not.toMatch(/T0SECRET|k3y/);
  }
  expect((await ada.get(`/offboarding/${cast.lena.id}`)).text).toContain('T0SECRET');
});

describe('deliveries', () => {
  test('are listed with user, outcome and next attempt', async ({ ada }) => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(
      database,
      id,
      'pending',
      'user.offboarded',
      new Date('2029-12-31T23:59Z'),
    );
    await addAttempt(database, delivery, 1, 'http_error');
    const here = `/settings/webhooks/${id}/deliveries`;
    const { text } = await ada.get(here);
    for (const words of [
      'user.offboarded',
      'Lena Brandt',
      'Pending',
      'The endpoint responded with an error',
      '500',
      '1 attempt',
      '31 Dec 2029, 23:59<span class="zone"> UTC</span>',
    ]) {
      expect(text, words).toContain(words);
    }
  });

  test('are filtered by state and event on every page, and malformed filters are ignored', async ({
    ada,
  }) => {
    const { id } = await subscribe(database);
    for (let number = 0; number < 51; number++) await addDelivery(database, id, 'failed');
    await addDelivery(database, id, 'delivered', 'offboarding.cleared');
    const here = `/settings/webhooks/${id}/deliveries`;
    const rows = ({ text }: Answer) => text.match(/<tr data-href/g)?.length ?? 0;
    expect(rows(await ada.get(`${here}?type=offboarding.cleared`))).toBe(1);
    const failed = await ada.get(`${here}?state=failed&type=user.offboarded`);
    expect(rows(failed)).toBe(50);
    expect(failed.text).toContain(`${here}?state=failed&amp;type=user.offboarded&amp;page=2`);
    expect(rows(await ada.get(`${here}?state=missed&page=2`))).toBe(1);
    expect((await ada.get(`${here}?state=pending`)).text).toContain('No matching deliveries');
    const beyond = await ada.get(`${here}?state=nonsense&type=x&page=77`);
    expect(beyond.text).toContain('52 deliveries');
    expect(beyond.text).toContain("There's no page 77");
  });

  test('show request and response, escaped and without the secret', async ({ ada }) => {
    const { id, secret } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'failed');
    await addAttempt(database, delivery, 1, 'timed_out');
    const { text } = await ada.get(`/settings/webhooks/${id}/deliveries/${delivery}`);
    for (const words of [
      'The endpoint timed out',
      'POST https://hooks.example/lastday',
      'webhook-id: evt_1',
      '12 ms',
      '&quot;name&quot;: &quot;Lena Brandt&quot;',
    ]) {
      expect(text, words).toContain(words);
    }
    expect(text).not.toContain(secret);
    const other = await subscribe(database);
    expect((await ada.get(`/settings/webhooks/${other.id}/deliveries/${delivery}`)).status).toBe(404);
  });

  test('that are pending poll for updates, and get 204 when nothing changed', async ({ ada }) => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'pending');
    for (const path of [
      `/settings/webhooks/${id}/deliveries`,
      `/settings/webhooks/${id}/deliveries/${delivery}`,
    ]) {
      const { text } = await ada.get(path);
      const asked = /hx-get="(\/settings[^"]+)"/.exec(text)![1]!.replaceAll('&amp;', '&');
      expect((await ada.get(asked, { 'HX-Request': 'true' })).status).toBe(204);
      expect((await ada.get(asked)).status).toBe(200);
      await addAttempt(database, delivery, path.endsWith('deliveries') ? 1 : 2, 'http_error');
      expect((await ada.get(asked, { 'HX-Request': 'true' })).status).toBe(200);
    }
    const closed = await addDelivery(database, id, 'delivered');
    expect((await ada.get(`/settings/webhooks/${id}/deliveries/${closed}`)).text).not.toContain(
      'hx-get="/settings',
    );
  });
});

test('a failed delivery is shown on the page of its leaver', async ({ cast, ada, ivo }) => {
  const { id } = await subscribe(database, 'https://badges.example/', ['user.offboarded']);
  const delivery = await addDelivery(database, id, 'failed');
  await em
    .fork()
    .execute(
      'update webhook_events set offboarding_id = ? where id = (select event_id from webhook_deliveries where id = ?)',
      [cast.offboardingId, delivery],
    );
  const page = await ada.get(`/offboarding/${cast.lena.id}`);
  expect(page.text).toContain('1 not delivered');
  expect(page.text).toContain('Failed');
  expect(page.text).toContain(`/settings/webhooks/${id}/deliveries/${delivery}`);
  const his = await ivo.get(`/offboarding/${cast.lena.id}`);
  expect(his.text).toContain('A super admin can send them again.');
  expect(his.text).not.toContain('/settings/webhooks/');
});
