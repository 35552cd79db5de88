import { beforeEach, describe, expect, test } from 'vitest';
import { createToken, findActiveToken, revokeToken } from '../../../database/access/tokens.ts';
import { workspaceOf } from '../../../database/core/workspace.ts';
import { ApiToken, AuditEntry } from '../../../database/entities/index.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { type Answer, type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
});

const shown = ({ text }: Answer) => /id="shown-once">([^<]+)</.exec(text)?.[1];

/** Posts a form that repeats a field. */
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

test('settings are only for super-admins', async () => {
  const nora = await web.signIn(cast.nora.email);
  for (const path of [
    'tokens',
    'tokens/new',
    'tokens/1/edit',
    'webhooks',
    'webhooks/new',
    'webhooks/1/deliveries',
    'workspace',
  ]) {
    expect((await nora.get(`/settings/${path}`)).status, path).toBe(403);
  }
  for (const path of [
    'tokens',
    'tokens/1',
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
    expect(await findActiveToken(em.fork(), value)).toMatchObject({ name, scopes: ['users:write'] });

    const again = await ada.get('/settings/tokens');
    expect(again.text).toContain(name);
    expect(again.text).not.toContain(value);

    const { id } = await em.fork().findOneOrFail(ApiToken, { name });
    expect((await ada.post(`/settings/tokens/${id}/revocation`)).status).toBe(303);
    expect(await findActiveToken(em.fork(), value)).toBeNull();
    expect((await ada.get('/settings/tokens')).text).toContain('Revoked');
    expect((await ada.post('/settings/tokens/999999/revocation')).status).toBe(404);
  });

  test('are renamed and get other scopes, and keep their value', async () => {
    const { value, token } = await createToken(em, `user:${cast.ada.id}`, {
      name: `old ${cast.ada.id}`,
      scopes: ['users:read'],
    });
    const at = `/settings/tokens/${token.id}`;
    const form = await ada.get(`${at}/edit`);
    expect(form.text).toContain(`value="old ${cast.ada.id}"`);
    expect(form.text).toMatch(/value="users:read"\s+checked/);
    const name = `new ${cast.ada.id}`;
    const { status, location } = await ada.post(at, { name, scopes: 'offboardings:read' });
    expect([status, location]).toEqual([303, '/settings/tokens']);
    expect(await findActiveToken(em.fork(), value)).toMatchObject({ name, scopes: ['offboardings:read'] });
    expect(await em.fork().count(AuditEntry, { action: 'token.updated' })).toBe(1);

    const refused = await ada.post(at, { name: 'kept as typed', scopes: 'everything' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('value="kept as typed"');
    await revokeToken(em, 'system', token.id);
    const ended = await ada.post(at, { name, scopes: 'users:read' });
    expect([ended.status, messagesOn(ended.text)]).toEqual([
      409,
      'danger: This token was revoked. Create a new one.',
    ]);
    for (const path of ['999999/edit', 'x/edit'])
      expect((await ada.get(`/settings/tokens/${path}`)).status).toBe(404);
    expect((await ada.post('/settings/tokens/999999', { name, scopes: 'users:read' })).status).toBe(404);
  });

  test('may have several scopes', async () => {
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
    [{ name: '', scopes: 'users:read' }, 'Fill this in.'],
    [{ name: 'x'.repeat(61), scopes: 'users:read' }, 'At most 60 characters'],
    [{ name: 'no scope' }, 'Choose at least one scope'],
    [{ name: 'wrong scope', scopes: 'everything' }, 'Unknown scope &quot;everything&quot;'],
  ])('with %o are rejected beside the field', async (fields, message) => {
    const { status, text } = await ada.post('/settings/tokens', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(message);
  });

  test('have unique names', async () => {
    const fields = { name: `twice ${cast.ada.id}`, scopes: 'users:read' };
    expect((await ada.post('/settings/tokens', fields)).status).toBe(303);
    const { status, text } = await ada.post('/settings/tokens', fields);
    expect(status).toBe(422);
    expect(text).toContain('Another API token has this name.');
    expect(text).toMatch(/value="users:read"\s+checked/);
  });
});

describe('the workspace', () => {
  test('has a name and a time zone', async () => {
    expect(
      (await ada.post('/settings/workspace', { name: 'Nordwind', timeZone: 'Europe/Oslo' })).status,
    ).toBe(303);
    expect(await workspaceOf(em.fork())).toMatchObject({ name: 'Nordwind', timeZone: 'Europe/Oslo' });
    expect((await ada.get('/settings/workspace')).text).toContain('value="Nordwind"');
  });

  test.each([
    [{ name: '', timeZone: 'UTC' }, 'Fill this in.'],
    [{ name: 'x', timeZone: 'Nowhere' }, 'Expected a time zone'],
    [{ name: 'x' }, 'Expected text'],
  ])('cannot be %o', async (fields, message) => {
    const { status, text } = await ada.post('/settings/workspace', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain(message);
  });
});
