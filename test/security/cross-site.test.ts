import { beforeAll, describe, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { fingerprintOf } from '../../testing/cast/fingerprint.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { type Browserlike, startWeb } from '../../testing/web/web.ts';

// ASVS 3.5.1 and 3.5.3: another site cannot act in a signed-in browser.

const own = await ownDatabase();
// No worker answers, so that completions end at the deadline.
const web = await startWeb(own, {}, { deadlineMs: 300 });
let cast: Cast;
let ada: Browserlike;
beforeAll(async () => {
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
});

/** The API and SCIM ignore cookies. One-click unsubscribing accepts any origin, because its token is signed. */
const posts = routesOf(web.app)
  .filter((route) => route.startsWith('POST /') && !/ \/(api|scim|unsubscribe|sign-in\/oidc)\//.test(route))
  .map((route) => route.slice('POST '.length).replaceAll(/:\w+/g, '1'));

describe.each([
  ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
  [
    'another site of the same domain',
    { 'Sec-Fetch-Site': 'same-site', Origin: 'https://evil.lastday.example' },
  ],
  ['an old browser on another site', { Origin: 'https://evil.example' }],
  ['a sandboxed frame', { Origin: 'null' }],
  ['a site that hides where it is', {}],
])('%s', (_, from) => {
  test('cannot post any form here', async () => {
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const before = await fingerprintOf(own.database);
    for (const path of posts) {
      for (const type of [
        'application/x-www-form-urlencoded',
        'text/plain',
        'multipart/form-data; boundary=x',
      ]) {
        const { status, headers } = await fetch(new URL(path, web.address), {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie, 'Content-Type': type, ...from },
          body: 'name=x&role=super-admin',
        });
        expect(`${path} ${status}`).toBe(`${path} 403`);
        // The request neither signs in nor signs out.
        expect(headers.getSetCookie().join(), path).not.toContain('lastday=');
      }
    }
    expect(await fingerprintOf(own.database)).toEqual(before);
    expect((await ada.get('/settings/tokens')).status).toBe(200);
  });
});

test('the same POSTs from our own origin are accepted', async () => {
  for (const path of posts.filter((path) => path !== '/session/end'))
    expect((await ada.post(path)).status, path).not.toBe(403);
});

test('other sites cannot read a response, and only GET and POST are accepted', async () => {
  for (const path of ['/', '/users', '/api/v1/users']) {
    const { headers } = await ada.get(path, { Origin: 'https://evil.example' });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  }
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const { status } = await fetch(`${web.address}/users/1`, {
      method,
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    expect(status).toBe(405);
  }
});
