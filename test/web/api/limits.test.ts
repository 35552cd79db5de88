import { afterEach, expect, test, vi } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own, { API_RATE_LIMIT: '5' });

let tokens = 0;
async function anotherToken() {
  const { value } = await createToken(own.database.em, 'system', {
    name: `reader ${++tokens}`,
    scopes: ['users:read'],
  });
  return apiAt(web.address, value);
}

afterEach(() => void vi.useRealTimers());

test('every response, refusals included, says how many calls are left', async () => {
  const call = await anotherToken();
  const first = await call('GET', '/users?limit=1');
  expect(first.headers.get('ratelimit-policy')).toBe('"default";q=5;w=60');
  expect(first.headers.get('ratelimit')).toMatch(/^"default";r=4;t=\d+$/);
  const refused = await call('GET', '/users?limit=nonsense');
  expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=3;t=\d+$/);
});

test('a token over its limit gets a retry time, and other tokens are not limited', async () => {
  const call = await anotherToken();
  for (let calls = 0; calls < 5; calls++) expect((await call('GET', '/users?limit=1')).status).toBe(200);
  const refused = await call('GET', '/users?limit=1');
  expectProblem(refused, 429, 'quota-exceeded');
  expect(refused.json.type).toBe('https://iana.org/assignments/http-problem-types#quota-exceeded');
  expect(refused.json['violated-policies']).toEqual(['default']);
  expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);

  expect((await (await anotherToken())('GET', '/users?limit=1')).status).toBe(200);

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 + 1 });
  expect((await call('GET', '/users?limit=1')).status).toBe(200);
});

test('rate limiting needs no SQL statement', async () => {
  const call = await anotherToken();
  await call('GET', '/users?externalId=nobody');
  expect(await statementsOf(() => call('GET', '/users?externalId=nobody'))).toHaveLength(2);
});

test('the OpenAPI document is public and not rate-limited', async () => {
  for (let calls = 0; calls < 20; calls++) {
    expect((await fetch(`${web.address}/api/v1/openapi.json`)).status).toBe(200);
  }
});
