import { describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { scopes } from '../../../domain/access/scopes.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { routesOf } from '../../../testing/web/routes.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own, { API_RATE_LIMIT: '1000000' });
const cast = await makeCast(own.database);
const ada = await web.signIn(cast.ada.email);
const { value: token } = await createToken(own.database.em, 'system', { name: 'hr', scopes });
const call = apiAt(web.address, token);

/** Every path of the app with its methods. */
const methodsOf = Map.groupBy(
  routesOf(web.app).map((route) => route.split(' ') as [method: string, path: string]),
  ([, path]) => path,
);
const paths = [...methodsOf].map(([path, routes]) => ({ path, methods: routes.map(([method]) => method) }));
const consolePaths = paths.filter(({ path }) => !/^\/(api|scim)\//.test(path));
const apiPaths = paths.filter(({ path }) => path.startsWith('/api/v1/'));

const cookie = () => [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path.replaceAll(/:\w+/g, '1'), web.address), {
    method,
    redirect: 'manual',
    headers: { 'Sec-Fetch-Site': 'same-origin', ...headers },
  });

describe('another method of a known address is a 405 with Allow (E12, E16)', () => {
  test.each(consolePaths)('$path of the console allows $methods', async ({ path, methods }) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (methods.includes(method)) continue;
      for (const who of [{ cookie: cookie() }, {}] as Record<string, string>[]) {
        const response = await ask(method, path, who);
        expect([method, response.status]).toEqual([method, 405]);
        expect(response.headers.get('allow')?.split(', ').sort()).toEqual([...methods].sort());
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(await response.text()).toContain('Method not allowed');
      }
    }
  });

  test.each(apiPaths)('$path allows $methods', async ({ path, methods }) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']) {
      if (methods.includes(method) || (method === 'HEAD' && methods.includes('GET'))) continue;
      const response = await ask(method, path, { Authorization: `Bearer ${token}` });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get('allow')?.split(', ').sort()).toEqual([...methods].sort());
    }
  });

  test('GET of the address that takes files is one of them (E12)', async () => {
    for (const query of ['', '?confirm=0']) {
      const called = await call('GET', `/imports/users${query}`);
      expectProblem(called, 405, 'method-not-allowed');
      expect(called.headers.get('allow')).toBe('POST');
    }
    expectProblem(await call('GET', '/imports/others'), 404, 'not-found');
  });

  test('files can only be read', async () => {
    for (const path of ['/public/app.css', '/vendor/htmx.js', '/public/nothing']) {
      const response = await ask('POST', path);
      expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, 'GET']);
    }
    expect((await ask('HEAD', '/public/app.css')).status).toBe(200);
  });

  test('an unknown address is a 404 for every method', async () => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      expect((await ask(method, '/nowhere', { cookie: cookie() })).status).toBe(404);
      expectProblem(await call(method, '/nowhere'), 404, 'not-found');
    }
  });
});
