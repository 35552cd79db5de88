import { beforeEach, describe, expect, test } from 'vitest';
import { WebhookEndpoint } from '../../database/entities/index.ts';
import { turnEndpointOn } from '../../database/webhooks.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { said, saidBeside } from '../support/said.ts';
import { type Answer, type Browserlike, startWeb } from '../support/web.ts';
import { again, deliver, deliveriesTo, subscribe, tried } from '../support/webhooks.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own, { WEBHOOK_ALLOW: '127.0.0.2' });

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  cast = await makeCast(database);
  ada = await web.signIn(cast.ada.email);
});

const shown = ({ text }: Answer) => /id="shown-once">([^<]+)</.exec(text)?.[1];
const endpoint = (id: number) => em.fork().findOneOrFail(WebhookEndpoint, { id });

const add = async (fields: Record<string, string> = {}) => {
  const url = `https://hooks.example.com/${Math.random()}`;
  const { status } = await ada.post('/settings/webhooks', { url, ...fields });
  expect(status).toBe(303);
  return em.fork().findOneOrFail(WebhookEndpoint, { url: fields.url ?? url });
};

describe('webhook endpoints', () => {
  test('are for super-admins alone', async () => {
    const { id } = await subscribe(database);
    const delivery = await deliver(database, id, 'failed');
    const nora = await web.signIn(cast.nora.email);
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

  test('are added, and their secret is shown once', async () => {
    const { url } = await add({ description: 'Badges', eventTypes: 'user.offboarded' });
    const page = await ada.get('/settings/webhooks');
    expect(shown(page)).toMatch(/^whsec_[\w+/]+=*$/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.text).toContain(url);
    expect(shown(await ada.get('/settings/webhooks'))).toBeUndefined();
  });

  test('hear of completions when a script names no event, and of what is chosen otherwise', async () => {
    expect(await add()).toMatchObject({ eventTypes: ['user.offboarded'] });
    expect(await add({ eventTypes: 'offboarding.cleared' })).toMatchObject({
      eventTypes: ['offboarding.cleared'],
    });
    const none = await ada.post('/settings/webhooks', { url: 'https://x.example/', eventTypes: '' });
    expect(none.status).toBe(422);
    expect(saidBeside(none.text, 'events')).toBe('Please choose at least one event.');
  });

  test.each([
    [{ url: '' }, 'Please fill this in.'],
    [{ url: 'hooks' }, 'Expected a web address'],
    [{ url: 'http://hooks.example.com' }, 'begins with https://'],
    [{ url: 'javascript:alert(1)' }, 'begins with https://'],
    [{ url: 'https://127.0.0.1/' }, 'private or special'],
    [{ url: 'https://[::1]/' }, 'private or special'],
    [{ url: 'https://localhost/' }, 'private or special'],
    [{ url: 'https://me:pw@hooks.example.com/' }, 'user name or password'],
    [{ url: `https://x.example/${'x'.repeat(2000)}` }, 'At most 2000 characters'],
    [{ url: 'https://x.example', description: 'x'.repeat(201) }, 'At most 200 characters'],
    [{ url: 'https://x.example', eventTypes: 'user.born' }, 'Please choose some of'],
    [{ url: 'https://x.example', eventTypes: 'webhook.test' }, 'Please choose some of'],
  ])('at %o are refused beside the field, and what was typed is kept', async (fields, message) => {
    const { status, text } = await ada.post('/settings/webhooks', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(message);
    if (fields.url) expect(text).toContain(`value="${fields.url}"`);
  });

  test('may be private when the environment allows it', async () => {
    await add({ url: 'http://127.0.0.2:9000/hooks' });
  });

  test('are edited, paused, turned on again and removed', async () => {
    const { id } = await add();
    const here = `/settings/webhooks/${id}`;
    expect((await ada.get(`${here}/edit`)).text).toContain('value="user.offboarded" checked');
    expect((await ada.post(here, { url: 'https://other.example/', description: 'Moved' })).status).toBe(303);
    expect((await ada.post(here, { url: 'https://10.0.0.1/' })).status).toBe(422);
    await deliver(database, id, 'pending');
    expect((await ada.post(`${here}/pause`)).status).toBe(303);
    const paused = await ada.get('/settings/webhooks');
    expect(said(paused.text)).toContain('1 on the way was given up');
    expect(paused.text).toContain('Paused since');
    expect(await endpoint(id)).toMatchObject({ url: 'https://other.example/', state: 'paused' });

    // What was missed is offered to be sent again.
    const on = await ada.post(`${here}/resumption`);
    expect([on.status, on.location]).toEqual([303, `${here}/deliveries?state=missed`]);
    expect((await ada.get(on.location!)).text).toContain('1 event has never arrived');
    expect(await endpoint(id)).toMatchObject({ state: 'active' });
    expect((await ada.post(`${here}/removal`)).status).toBe(303);

    expect((await ada.get(`${here}/edit`)).status).toBe(404);
    expect((await ada.post(here, { url: 'https://other.example/' })).status).toBe(404);
    expect((await ada.post(`${here}/test`)).status).toBe(404);
    expect((await ada.post(`${here}/secret`)).status).toBe(404);
    expect((await ada.get(`${here}/deliveries`)).text).toContain('Removed');
    expect((await ada.get('/settings/webhooks/999999/deliveries')).status).toBe(404);
  });

  test('get a new secret, shown once, and no second one within a day', async () => {
    const { id } = await add();
    const first = shown(await ada.get('/settings/webhooks'));
    const rotated = await ada.post(`/settings/webhooks/${id}/secret`);
    expect([rotated.status, rotated.location]).toEqual([303, '/settings/webhooks']);
    const page = await ada.get('/settings/webhooks');
    expect(shown(page)).toMatch(/^whsec_/);
    expect(shown(page)).not.toBe(first);
    expect(page.text).toContain('the one before it is valid until');
    expect(shown(await ada.get('/settings/webhooks'))).toBeUndefined();

    const again = await ada.post(`/settings/webhooks/${id}/secret`);
    expect(again.status).toBe(409);
    expect(said(again.text)).toContain('The secret was changed less than 24 hours ago');
    expect(shown(again)).toBeUndefined();
  });

  test('that are disabled say why, and have a button', async () => {
    const { id } = await subscribe(database);
    const fork = em.fork();
    Object.assign(await fork.findOneOrFail(WebhookEndpoint, { id }), {
      state: 'disabled',
      disabledReason: 'failing',
      stoppedAt: new Date('2026-11-24T05:06:00Z'),
    });
    await fork.flush();
    expect((await ada.get('/settings/webhooks')).text).toContain(
      'Disabled on 24 Nov 2026, 05:06 UTC, because nothing could be delivered to it for five days.',
    );
    await ada.post(`/settings/webhooks/${id}/resumption`);
    expect(await endpoint(id)).toMatchObject({ state: 'active', disabledReason: null });
  });

  test('get a test, whatever they have chosen', async () => {
    const { id } = await subscribe(database, undefined, ['user.offboarded']);
    const sent = await ada.post(`/settings/webhooks/${id}/test`);
    const [delivery] = await deliveriesTo(database, id);
    expect([sent.status, sent.location]).toEqual([
      303,
      `/settings/webhooks/${id}/deliveries/${delivery!.id}`,
    ]);
    const page = await ada.get(sent.location!);
    expect(page.text).toContain('webhook.test');
    expect(page.text).toContain('Not tried yet.');
  });
});

describe('deliveries', () => {
  test('are listed with whom they are about, how they went and when the next try is', async () => {
    const { id } = await subscribe(database);
    const delivery = await deliver(database, id, 'pending', 'user.offboarded', new Date('2029-12-31T23:59Z'));
    await tried(database, delivery, 1, 'http_error');
    const here = `/settings/webhooks/${id}/deliveries`;
    const { text } = await ada.get(here);
    for (const words of [
      'user.offboarded',
      'Lena Brandt',
      'Pending',
      'The endpoint answered with an error',
      '500',
      '1 try',
      '31 Dec 2029, 23:59 UTC',
    ]) {
      expect(text, words).toContain(words);
    }
  });

  test('are narrowed by state and event, in the pager too, and nonsense is ignored', async () => {
    const { id } = await subscribe(database);
    for (let number = 0; number < 51; number++) await deliver(database, id, 'failed');
    await deliver(database, id, 'delivered', 'offboarding.cleared');
    const here = `/settings/webhooks/${id}/deliveries`;
    const rows = ({ text }: Answer) => text.match(/<tr data-href/g)?.length ?? 0;
    expect(rows(await ada.get(`${here}?type=offboarding.cleared`))).toBe(1);
    const failed = await ada.get(`${here}?state=failed&type=user.offboarded`);
    expect(rows(failed)).toBe(50);
    expect(failed.text).toContain(`${here}?state=failed&amp;type=user.offboarded&amp;page=2`);
    expect(rows(await ada.get(`${here}?state=missed&page=2`))).toBe(1);
    expect((await ada.get(`${here}?state=pending`)).text).toContain('No delivery is like that.');
    const beyond = await ada.get(`${here}?state=nonsense&type=x&page=77`);
    expect(beyond.text).toContain('52 deliveries');
    expect(beyond.text).toContain('There is no page 77');
  });

  test('are shown with everything that was sent and came back, escaped, and without the secret', async () => {
    const { id, secret } = await subscribe(database);
    const delivery = await deliver(database, id, 'failed');
    await tried(database, delivery, 1, 'timed_out');
    const { text } = await ada.get(`/settings/webhooks/${id}/deliveries/${delivery}`);
    for (const words of [
      'The endpoint did not answer in time',
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

  test('are sent again one by one, and only once while on their way', async () => {
    const { id } = await subscribe(database);
    const delivery = await deliver(database, id, 'failed');
    const here = `/settings/webhooks/${id}/deliveries/${delivery}`;
    const sent = await ada.post(`${here}/replay`);
    const [, replay] = await deliveriesTo(database, id);
    expect([sent.status, sent.location]).toEqual([303, `/settings/webhooks/${id}/deliveries/${replay!.id}`]);
    const twice = await ada.post(`${here}/replay`);
    expect(twice.status).toBe(409);
    expect(said(twice.text)).toContain('on its way');
    expect((await ada.post(`/settings/webhooks/${id}/deliveries/999999/replay`)).status).toBe(404);
    expect(await deliveriesTo(database, id)).toHaveLength(2);
  });

  test('are all sent again that never arrived since a moment', async () => {
    const { id } = await subscribe(database);
    const here = `/settings/webhooks/${id}`;
    await deliver(database, id, 'failed', 'user.offboarded', new Date('2026-11-01T10:00:30Z'));
    await deliver(database, id, 'failed', 'user.offboarded', new Date('2026-11-02T10:00:30Z'));
    await again(database, await deliver(database, id, 'failed'), 'delivered');
    const page = await ada.get(`${here}/deliveries`);
    expect(page.text).toContain('2 events have never arrived');
    expect(page.text).toContain('value="2026-11-01T10:00"');

    for (const since of ['', 'yesterday', '2026-13-01T10:00', '2026-11-01']) {
      const wrong = await ada.post(`${here}/replay`, { since });
      expect(wrong.status, since).toBe(422);
      expect(saidBeside(wrong.text, 'since'), since).toMatch(/date/);
    }
    const sent = await ada.post(`${here}/replay`, { since: '2026-11-02T10:00' });
    expect([sent.status, sent.location]).toEqual([303, `${here}/deliveries`]);
    expect(said((await ada.get(`${here}/deliveries`)).text)).toContain('1 event is sent again');
    expect(
      said((await ada.get((await ada.post(`${here}/replay`, { since: '2026-11-02T10:00' })).location!)).text),
    ).toContain('Nothing was given up since then');

    await ada.post(`${here}/pause`);
    expect((await ada.post(`${here}/replay`, { since: '2026-11-01T10:00' })).status).toBe(409);
    await turnEndpointOn(em, 'system', id);
  });

  test('that are closed have no next try', async () => {
    const { id } = await subscribe(database);
    const delivery = await deliver(database, id, 'delivered');
    const tried = await ada.post(`/settings/webhooks/${id}/deliveries/${delivery}/try`);
    expect(tried.status).toBe(409);
    expect(said(tried.text)).toContain('This delivery is closed');
  });

  test('on their way keep the page up to date, and nothing is sent when nothing is different', async () => {
    const { id } = await subscribe(database);
    const delivery = await deliver(database, id, 'pending');
    for (const path of [
      `/settings/webhooks/${id}/deliveries`,
      `/settings/webhooks/${id}/deliveries/${delivery}`,
    ]) {
      const { text } = await ada.get(path);
      const asked = /hx-get="([^"]+)"/.exec(text)![1]!.replaceAll('&amp;', '&');
      expect((await ada.get(asked, { 'HX-Request': 'true' })).status).toBe(204);
      expect((await ada.get(asked)).status).toBe(200);
      await tried(database, delivery, path.endsWith('deliveries') ? 1 : 2, 'http_error');
      expect((await ada.get(asked, { 'HX-Request': 'true' })).status).toBe(200);
    }
    const closed = await deliver(database, id, 'delivered');
    expect((await ada.get(`/settings/webhooks/${id}/deliveries/${closed}`)).text).not.toContain('hx-get');
  });
});

test('a delivery that was given up is shown on the page of the person it is about', async () => {
  const { id } = await subscribe(database, 'https://badges.example/', ['user.offboarded']);
  const delivery = await deliver(database, id, 'failed');
  await em
    .fork()
    .execute(
      'update webhook_events set offboarding_id = ? where id = (select event_id from webhook_deliveries where id = ?)',
      [cast.offboardingId, delivery],
    );
  const page = await ada.get(`/offboarding/${cast.lena.id}`);
  expect(page.text).toContain('1 not delivered');
  expect(page.text).toContain('Given up');
  expect(page.text).toContain(`/settings/webhooks/${id}/deliveries/${delivery}`);
  const ivo = await web.signIn(cast.ivo.email);
  const his = await ivo.get(`/offboarding/${cast.lena.id}`);
  expect(his.text).toContain('A super-admin can send them again.');
  expect(his.text).not.toContain('/settings/webhooks/');
});
