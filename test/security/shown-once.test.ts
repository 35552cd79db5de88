import { randomBytes } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { WebhookEndpoint } from '../../database/entities/index.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { type Answer, type Browserlike, startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const SECRET_KEY = randomBytes(32).toString('base64');
const web = await startWeb(own, { SECRET_KEY, WEBHOOK_ALLOW: '127.0.0.1' });
const cast = await makeCast(own.database);
const ada = await web.signIn(cast.ada.email);

afterEach(() => void vi.useRealTimers());

const cookie = 'lastday-shown-once';
const shown = ({ text }: Answer) => /id="shown-once">([^<]+)</.exec(text)?.[1];
const newToken = (browser: Browserlike) =>
  browser.post('/settings/tokens', { name: `t${randomBytes(4).toString('hex')}`, scopes: 'users:read' });
const tokensPageWith = (browser: Browserlike, sealed: string) => {
  browser.cookies.set(cookie, sealed);
  return browser.get('/settings/tokens');
};

test('a sealed secret is shown on its page to its reader', async () => {
  await newToken(ada);
  const sealed = ada.cookies.get(cookie)!;
  expect(shown(await tokensPageWith(ada, sealed))).toMatch(/^lastday_/);
});

test('a sealed secret is not shown on another page, to another user, or after a minute', async () => {
  await newToken(ada);
  const sealed = ada.cookies.get(cookie)!;
  ada.cookies.set(cookie, sealed);
  expect(shown(await ada.get(`/users/${cast.lena.id}`))).toBeUndefined();
  const other = await makeCast(own.database);
  expect(shown(await tokensPageWith(await web.signIn(other.ada.email), sealed))).toBeUndefined();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  expect(shown(await tokensPageWith(ada, sealed))).toBeUndefined();
});

test('an encrypted webhook secret cannot be opened as a sealed cookie', async () => {
  await ada.post('/settings/webhooks', { url: 'http://127.0.0.1:9/hooks', eventTypes: 'user.offboarded' });
  const { secretEncrypted } = await em
    .fork()
    .findOneOrFail(WebhookEndpoint, { url: 'http://127.0.0.1:9/hooks' });
  expect(secretEncrypted).not.toBe('');
  const sealed = encodeURIComponent(secretEncrypted);
  expect(shown(await tokensPageWith(ada, sealed))).toBeUndefined();
  ada.cookies.set(cookie, sealed);
  expect(shown(await ada.get(`/users/${cast.lena.id}`))).toBeUndefined();
});
