import { beforeEach, describe, expect, test } from 'vitest';
import { revokeToken } from '../../../../database/access/tokens.ts';
import { userById } from '../../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { expectProblem } from '../../../../testing/web/api.ts';
import { apiOfPeople } from './setup.ts';

const { database, em, web, newToken, both, call } = await apiOfPeople();

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(database);
});

const lena = () => `/users/${cast.lena.externalId}`;

describe('access to the users API', () => {
  test('needs a token', async () => {
    for (const token of [null, 'nonsense', 'lastday_0000']) {
      const called = await call('GET', lena(), { token });
      expectProblem(called, 401, 'token-missing');
      expect(called.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    for (const header of ['Basic YTpi', 'Bearer', both]) {
      expectProblem(
        await call('GET', lena(), { token: null, headers: { Authorization: header } }),
        401,
        'token-missing',
      );
    }
    expectProblem(await call('GET', `${lena()}?access_token=${both}`, { token: null }), 401, 'token-missing');
    expectProblem(await call('GET', '/nothing-here', { token: null }), 401, 'token-missing');
  });

  test('is not given by a session cookie', async () => {
    const ada = await web.signIn(cast.ada.email);
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expectProblem(await call('GET', lena(), { token: null, headers: { cookie } }), 401, 'token-missing');
  });

  test('depends on the scopes of the token', async () => {
    const { value: read } = await newToken(['users:read']);
    const { value: write } = await newToken(['users:write']);
    expect((await call('GET', lena(), { token: read })).status).toBe(200);
    expect((await call('PATCH', lena(), { token: write, body: {} })).status).toBe(200);
    const refused = await call('PATCH', lena(), { token: read, body: { name: 'X' } });
    expectProblem(refused, 403, 'scope-missing');
    expect(refused.headers.get('www-authenticate')).toContain('scope="users:write"');
    expectProblem(await call('GET', lena(), { token: write }), 403, 'scope-missing');
    expectProblem(await call('PUT', lena(), { token: read, body: {} }), 403, 'scope-missing');
    expectProblem(await call('POST', `${lena()}/completion`), 403, 'scope-missing');
    expect((await userById(em, cast.lena.id)).name).toBe('Lena Brandt');
  });

  test('ends with the token, and with the user who made it', async () => {
    const revoked = await newToken(['users:read']);
    expect((await call('GET', lena(), { token: revoked.value })).status).toBe(200);
    await revokeToken(em, 'system', revoked.token.id);
    expectProblem(await call('GET', lena(), { token: revoked.value }), 401, 'token-missing');

    const { value: token } = await newToken(['users:read', 'users:write'], `user:${cast.nora.id}`);
    expect(
      (await call('PATCH', `/users/${cast.nora.externalId}`, { token, body: { status: 'suspended' } }))
        .status,
    ).toBe(200);
    expectProblem(await call('GET', lena(), { token }), 401, 'token-missing');
  });
});
