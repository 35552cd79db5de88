import { beforeEach, describe, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { expectProblem } from '../../../../testing/web/api.ts';
import { apiOfPeople } from './setup.ts';

const { database, call } = await apiOfPeople();

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(database);
});

const lena = () => `/users/${cast.lena.externalId}`;

describe('reading', () => {
  test('shows a user with exactly the documented fields, and an ETag', async () => {
    const { status, json, headers } = await call('GET', lena());
    expect(status).toBe(200);
    expect(json).toEqual({
      id: cast.lena.id,
      externalId: cast.lena.externalId,
      name: 'Lena Brandt',
      email: cast.lena.email,
      department: 'Engineering',
      jobTitle: 'Team Lead',
      managerExternalId: cast.mira.externalId,
      startDate: null,
      endDate: cast.lastDay,
      timeZone: null,
      status: 'active',
      revision: expect.any(Number),
    });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('etag')).toMatch(/^"[\w-]+"$/);
  });

  test('answers 304 to a known ETag until the user changes', async () => {
    const etag = (await call('GET', lena())).headers.get('etag')!;
    expect((await call('GET', lena(), { headers: { 'If-None-Match': etag } })).status).toBe(304);
    await call('PATCH', lena(), { body: { jobTitle: 'Other' } });
    const changed = await call('GET', lena(), { headers: { 'If-None-Match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  test('finds by external id one user, or none', async () => {
    expect((await call('GET', `/users?externalId=${cast.lena.externalId}`)).json).toEqual({
      items: [expect.objectContaining({ id: cast.lena.id })],
      nextCursor: null,
    });
    const { json } = await call('GET', '/users?externalId=nobody');
    expect(json).toEqual({ items: [], nextCursor: null });
  });

  test('finds by id one user, or none (R22)', async () => {
    const one = { items: [expect.objectContaining({ externalId: cast.lena.externalId })], nextCursor: null };
    const none = { items: [], nextCursor: null };
    const lena = `id=${cast.lena.id}`;
    expect((await call('GET', `/users?${lena}`)).json).toEqual(one);
    expect((await call('GET', `/users?${lena}&externalId=${cast.lena.externalId}&limit=1`)).json).toEqual(
      one,
    );
    expect((await call('GET', `/users?${lena}&externalId=${cast.emil.externalId}`)).json).toEqual(none);
    expect((await call('GET', '/users?id=2147483647')).json).toEqual(none);
  });

  test('refuses a query with a zero byte or damaged UTF-8', async () => {
    for (const query of ['externalId=%00', 'externalId=M%FC', '%00=a', 'cursor=%ED%A0%80'])
      expectProblem(await call('GET', `/users?${query}`), 400, 'not-understood');
  });

  test.each([
    '?externalId=',
    '?externalId=a&externalId=b',
    '?externalId[x]=a',
    '?externalId=a&status=active',
    '?__proto__=a',
    '?id=',
    '?id=0',
    '?id=x',
    '?id=1.5',
    '?id=2147483648',
    '?id=1&id=2',
    '?limit=0',
    '?limit=201',
    '?limit=5&limit=6',
    '?limit=ten',
    '?limit=1e2',
    '?cursor=',
    '?cursor=nonsense',
    '?cursor=YWZ0ZXIgOTk5OTk5OTk5OQ',
  ])('refuses the query %s', async (query) => {
    expectProblem(await call('GET', `/users${query}`), 422, 'invalid-input');
  });

  test.each(['nobody', 'a%00', '%00', '%20', 'x'.repeat(5000), '..%2F..%2Fhealth'])(
    'and PATCH of %s is a 404',
    async (externalId) => {
      expectProblem(await call('GET', `/users/${externalId}`), 404, 'not-found');
      expectProblem(await call('PATCH', `/users/${externalId}`, { body: { name: 'X' } }), 404, 'not-found');
    },
  );
});
