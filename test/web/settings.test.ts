import { beforeEach, describe, expect, test } from 'vitest';
import {
  ApiToken,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from '../../database/entities/index.ts';
import { findLivingToken } from '../../database/tokens.ts';
import { workspaceOf } from '../../database/workspace.ts';
import { chosenEventTypes } from '../../domain/webhooks.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { type Answer, type Browserlike, startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own, { WEBHOOK_ALLOW: '127.0.0.2' });

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
});

const shown = ({ text }: Answer) => /id="shown-once">([^<]+)</.exec(text)?.[1];

/** Posts a form with a field sent several times. */
const postMany = async (path: string, fields: [string, string][]) => {
  const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(new URL(path, web.address), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
    headers: { 'Sec-Fetch-Site': 'same-origin', cookie },
  });
  return { status: response.status, text: await response.text() };
};

test('settings are for super-admins alone', async () => {
  const nora = await web.signIn(cast.nora.email);
  for (const path of [
    'tokens',
    'tokens/new',
    'webhooks',
    'webhooks/new',
    'webhooks/1/deliveries',
    'workspace',
  ]) {
    expect((await nora.get(`/settings/${path}`)).status, path).toBe(403);
  }
  for (const path of [
    'tokens',
    'tokens/1/revocation',
    'webhooks',
    'webhooks/1',
    'webhooks/1/removal',
    'workspace',
  ]) {
    expect((await nora.post(`/settings/${path}`, { name: 'x', url: 'https://x.example' })).status, path).toBe(
      403,
    );
  }
});

describe('API tokens', () => {
  test('are made with scopes, shown once, listed and revoked', async () => {
    const name = `hr ${cast.ada.id}`;
    const made = await ada.post('/settings/tokens', { name, scopes: 'users:write' });
    expect([made.status, made.location]).toEqual([303, '/settings/tokens']);
    const page = await ada.get('/settings/tokens');
    const value = shown(page)!;
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await findLivingToken(em.fork(), value)).toMatchObject({ name, scopes: ['users:write'] });

    const again = await ada.get('/settings/tokens');
    expect(again.text).toContain(name);
    expect(again.text).not.toContain(value);

    const { id } = await em.fork().findOneOrFail(ApiToken, { name });
    expect((await ada.post(`/settings/tokens/${id}/revocation`)).status).toBe(303);
    expect(await findLivingToken(em.fork(), value)).toBeNull();
    expect((await ada.get('/settings/tokens')).text).toContain('Revoked');
    expect((await ada.post('/settings/tokens/999999/revocation')).status).toBe(404);
  });

  test('take several scopes', async () => {
    const name = `many ${cast.ada.id}`;
    const fields: [string, string][] = [
      ['name', name],
      ['scopes', 'users:read'],
      ['scopes', 'users:write'],
    ];
    expect((await postMany('/settings/tokens', fields)).status).toBe(303);
    expect(await em.fork().findOneOrFail(ApiToken, { name })).toMatchObject({
      scopes: ['users:read', 'users:write'],
    });
  });

  test.each([
    [{ name: '', scopes: 'users:read' }, 'Please fill this in.'],
    [{ name: 'x'.repeat(61), scopes: 'users:read' }, 'At most 60 characters'],
    [{ name: 'no scope' }, 'Choose at least one scope'],
    [{ name: 'wrong scope', scopes: 'everything' }, 'There is no scope &quot;everything&quot;'],
  ])('with %o are refused beside the field', async (fields, message) => {
    const { status, text } = await ada.post('/settings/tokens', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(message);
  });

  test('have names of their own', async () => {
    const fields = { name: `twice ${cast.ada.id}`, scopes: 'users:read' };
    expect((await ada.post('/settings/tokens', fields)).status).toBe(303);
    const { status, text } = await ada.post('/settings/tokens', fields);
    expect(status).toBe(422);
    expect(text).toContain('Another API token has this name.');
    expect(text).toMatch(/value="users:read" checked/);
  });
});

describe('webhook endpoints', () => {
  const add = async (fields: Record<string, string> = {}) => {
    const url = `https://hooks.example.com/${Math.random()}`;
    const { status } = await ada.post('/settings/webhooks', { url, ...fields });
    expect(status).toBe(303);
    return em.fork().findOneOrFail(WebhookEndpoint, { url: fields.url ?? url });
  };

  test('are added, and their secret is shown once', async () => {
    const { url } = await add({ description: 'Badges', eventTypes: 'user.offboarded' });
    const page = await ada.get('/settings/webhooks');
    expect(shown(page)).toMatch(/^whsec_[\w+/]+=*$/);
    expect(page.text).toContain(url);
    expect(shown(await ada.get('/settings/webhooks'))).toBeUndefined();
  });

  test('hear of every event when none is chosen', async () => {
    expect(await add()).toMatchObject({ eventTypes: chosenEventTypes });
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
    [{ url: 'https://x.example', eventTypes: 'user.born' }, 'Please choose one of'],
  ])('at %o are refused beside the field, and what was typed is kept', async (fields, message) => {
    const { status, text } = await ada.post('/settings/webhooks', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(message);
    if (fields.url) expect(text).toContain(`value="${fields.url}"`);
  });

  test('may be private when the environment allows it', async () => {
    await add({ url: 'http://127.0.0.2:9000/hooks' });
  });

  test('are edited, paused, let go on and removed', async () => {
    const { id } = await add();
    const here = `/settings/webhooks/${id}`;
    expect((await ada.get(`${here}/edit`)).text).toContain('value="user.offboarded" checked');
    expect((await ada.post(here, { url: 'https://other.example/', description: 'Moved' })).status).toBe(303);
    expect((await ada.post(here, { url: 'https://10.0.0.1/' })).status).toBe(422);
    expect((await ada.post(`${here}/pause`)).status).toBe(303);
    expect(await em.fork().findOneOrFail(WebhookEndpoint, { id })).toMatchObject({
      url: 'https://other.example/',
      state: 'paused',
    });
    expect((await ada.post(`${here}/resumption`)).status).toBe(303);
    expect(await em.fork().findOneOrFail(WebhookEndpoint, { id })).toMatchObject({ state: 'active' });
    expect((await ada.post(`${here}/removal`)).status).toBe(303);

    expect((await ada.get(`${here}/edit`)).status).toBe(404);
    expect((await ada.post(here, { url: 'https://other.example/' })).status).toBe(404);
    expect((await ada.get(`${here}/deliveries`)).text).toContain('Removed');
    expect((await ada.get('/settings/webhooks/999999/deliveries')).status).toBe(404);
  });

  test('show every try of every delivery, with outcome, status, duration and time', async () => {
    const { id } = await add();
    const fork = em.fork();
    const eventId = `evt_${cast.lena.id}`;
    const data = { user: { id: cast.lena.id, name: '<Lena>' } };
    fork.create(WebhookEvent, { id: eventId, type: 'user.offboarded', data });
    await fork.flush();
    const nextTryAt = new Date('2030-01-02T03:04:00Z');
    const delivery = fork.create(WebhookDelivery, { eventId, endpointId: id, nextTryAt });
    await fork.flush();
    const at = new Date('2029-12-31T23:59:00Z');
    const failed = {
      deliveryId: delivery.id,
      number: 1,
      at,
      outcome: 'http_error' as const,
      durationMs: 1234,
      url: 'https://hooks.example.com',
    };
    fork.create(WebhookAttempt, { ...failed, statusCode: 503, response: '<b>no</b>' });
    await fork.flush();

    const { text } = await ada.get(`/settings/webhooks/${id}/deliveries`);
    for (const words of [
      'http_error',
      '503',
      '1234 ms',
      '31 Dec 2029, 23:59 UTC',
      '2 Jan 2030, 03:04 UTC',
      '&lt;Lena&gt;',
      'Pending',
    ]) {
      expect(text, words).toContain(words);
    }
    const one = await ada.get(`/settings/webhooks/${id}/deliveries/${delivery.id}`);
    expect(one.text).toContain('&lt;b&gt;no&lt;/b&gt;');
    expect(one.text).toContain('answered with an error');

    expect((await ada.get(`/settings/webhooks/${id}/deliveries?state=failed`)).text).toContain(
      'No delivery is in this state.',
    );
    expect((await ada.get(`/settings/webhooks/${id}/deliveries?state=nonsense&page=77`)).text).toContain(
      eventId,
    );
    const other = await add();
    expect((await ada.get(`/settings/webhooks/${other.id}/deliveries/${delivery.id}`)).status).toBe(404);
  });
});

describe('the workspace', () => {
  test('is called something and is somewhere', async () => {
    expect(
      (await ada.post('/settings/workspace', { name: 'Nordwind', timeZone: 'Europe/Oslo' })).status,
    ).toBe(303);
    expect(await workspaceOf(em.fork())).toMatchObject({ name: 'Nordwind', timeZone: 'Europe/Oslo' });
    expect((await ada.get('/settings/workspace')).text).toContain('value="Nordwind"');
  });

  test.each([
    [{ name: '', timeZone: 'UTC' }, 'Please fill this in.'],
    [{ name: 'x', timeZone: 'Nowhere' }, 'Expected a time zone'],
    [{ name: 'x' }, 'Expected a text'],
  ])('is not %o', async (fields, message) => {
    const { status, text } = await ada.post('/settings/workspace', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(message);
  });
});
