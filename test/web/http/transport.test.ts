import { beforeAll, expect, test } from 'vitest';
import { type Cast, castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
let cast: Cast;

beforeAll(async () => {
  cast = await makeCast(own.database);
});

test.each([
  [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
  [{ 'Sec-Fetch-Site': 'same-site' }, 403],
  [{ 'Sec-Fetch-Site': '', Origin: 'https://evil.example' }, 403],
  [{ 'Sec-Fetch-Site': '', Origin: 'null' }, 403],
  [{ 'Sec-Fetch-Site': '' }, 403],
  [{ 'Sec-Fetch-Site': 'none' }, 422],
  [{ 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' }, 422],
])('a POST with %j is answered %i', async (headers, status) => {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  const response = await fetch(`${web.address}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...given },
    body: 'email=',
  });
  expect(response.status).toBe(status);
});

test('a POST from our own origin is accepted', async () => {
  const response = await fetch(`${web.address}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: web.address },
    body: 'email=',
  });
  expect(response.status).toBe(422);
});

test('every response has its security headers', async () => {
  for (const path of ['/sign-in', '/nowhere', '/ready', '/public/app.css']) {
    const { headers } = await web.stranger().get(path);
    expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('X-Powered-By')).toBeNull();
  }
  const browser = await web.signIn(cast.ada.email);
  expect((await browser.get('/me')).headers.get('Cache-Control')).toBe('no-store');
});

test('over HTTPS, HSTS is on and browsers upgrade insecure requests', async () => {
  const secure = await startWeb(own, { PUBLIC_URL: 'https://lastday.example' });
  const { headers } = await secure.stranger().get('/sign-in');
  expect(headers.get('Strict-Transport-Security')).toContain('max-age=31536000');
  expect(headers.get('Content-Security-Policy')).toContain('upgrade-insecure-requests');
});

test('a sign-in over HTTPS works behind the configured proxy only', async () => {
  const signIn = async (proxy: string, forwardedBy: string) => {
    const secure = await startWeb(own, { PUBLIC_URL: 'https://lastday.example', TRUST_PROXY: proxy });
    const { headers } = await secure
      .stranger()
      .post(
        '/session',
        { email: cast.ivo.email, password: castPassword },
        { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': forwardedBy },
      );
    return headers.getSetCookie().join();
  };
  expect(await signIn('127.0.0.1', '203.0.113.7')).toMatch(/__Host-lastday=.*; Secure/);
  expect(await signIn('10.1.2.3', '203.0.113.7')).toBe('');
});

test.each([
  ['https://lastday.example', true],
  ['http://lastday.example', false],
])('the flash message for %s has a fitting Secure flag', async (PUBLIC_URL, isSecure) => {
  const away = await startWeb(own, { PUBLIC_URL, TRUST_PROXY: '127.0.0.1' });
  const proxied = { 'X-Forwarded-Proto': new URL(PUBLIC_URL).protocol.slice(0, -1) };
  const nora = away.stranger();
  await nora.post('/session', { email: cast.nora.email, password: castPassword }, proxied);
  const { status, headers } = await nora.post(`/users/${cast.emil.id}`, { jobTitle: 'Designer' }, proxied);
  expect(status).toBe(303);
  const notice = headers.getSetCookie().find((cookie) => cookie.startsWith('lastday-notice='))!;
  expect(notice.includes('; Secure')).toBe(isSecure);
});

test('a flash message waits for a page, and is not lost in a list that htmx reads', async () => {
  const nora = await web.signIn(cast.nora.email);
  await nora.post(`/users/${cast.emil.id}`, { jobTitle: 'Lead designer' });
  await nora.get('/offboarding', { 'HX-Request': 'true' });
  expect(messagesOn((await nora.get('/offboarding')).text)).toBe('success: Emil Novák saved.');
});
