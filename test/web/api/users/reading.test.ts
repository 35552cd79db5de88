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

  test.each([
    '?externalId=',
    '?externalId=%00',
    '?externalId=a&externalId=b',
    '?externalId[x]=a',
    '?externalId=a&status=active',
    '?__proto__=a',
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
