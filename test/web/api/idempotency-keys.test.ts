import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry, Request } from '../../../database/entities/index.ts';
import { updateUser } from '../../../database/people/users.ts';
import type { Scope } from '../../../domain/access/scopes.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const scopes: Scope[] = ['users:read', 'users:write', 'requests:write', 'assets:write', 'seats:write'];
const { value } = await createToken(em, 'system', { name: 'hr', scopes });
const call = apiAt(web.address, value);

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});

const makeRequest = (key: string, item = 'Headset', token = value) =>
  call('POST', `/users/${cast.emil.externalId}/requests`, {
    token,
    body: { item },
    headers: { 'Idempotency-Key': key },
  });
const requestCount = () => em.fork().count(Request, { userId: cast.emil.id });

test('a repeated key runs the call once and returns the same response twice', async () => {
  const key = randomUUID();
  const first = await makeRequest(key);
  expect(first.status).toBe(201);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  const again = await makeRequest(key);
  expect(again).toMatchObject({ status: 201, json: first.json });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
  expect(await requestCount()).toBe(1);
});

test('a repeated key returns the same ETag and Location after later changes', async () => {
  const [path, body] = [`/users/n-${cast.ada.id}`, { name: 'New', email: `n${cast.ada.id}@x.example` }];
  const put = () => call('PUT', path, { body, headers: { 'Idempotency-Key': `"put ${cast.ada.id}"` } });
  const first = await put();
  await updateUser(em, 'system', first.json.id, { department: 'Sales' });
  const again = await put();
  expect(again).toMatchObject({ status: 201, json: first.json });
  for (const header of ['etag', 'location']) {
    expect(again.headers.get(header)).toBe(first.headers.get(header));
  }
  expect((await call('GET', path)).json.department).toBe('Sales');
});

test('whitespace and field order do not change the call, another value does', async () => {
  const key = randomUUID();
  const post = (body: string) =>
    call('POST', `/users/${cast.emil.externalId}/requests`, { body, headers: { 'Idempotency-Key': key } });
  expect((await post('{"item":"Chair","reason":"Back"}')).status).toBe(201);
  expect((await post('{ "reason": "Back",\n "item": "Chair" }')).headers.get('idempotent-replayed')).toBe(
    'true',
  );
  expectProblem(await post('{"item":"Chair","reason":"Knee"}'), 422, 'key-reused');
  expectProblem(
    await call('POST', `/users/${cast.lena.externalId}/requests`, {
      body: '{"item":"Chair","reason":"Back"}',
      headers: { 'Idempotency-Key': key },
    }),
    422,
    'key-reused',
  );
  expect(await requestCount()).toBe(1);
});

test('one of many simultaneous calls with a key runs; the others get 409 or its response', async () => {
  const key = randomUUID();
  const calls = await Promise.all(Array.from({ length: 10 }, () => makeRequest(key)));
  for (const called of calls) {
    if (called.status !== 201) expectProblem(called, 409, 'still-running');
  }
  expect(calls.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
  expect(await requestCount()).toBe(1);
});

test('a refused call releases its key, and may be corrected', async () => {
  const key = randomUUID();
  await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
  expectProblem(await makeRequest(key), 409, 'suspended');
  await updateUser(em, 'system', cast.emil.id, { status: 'active' });
  expect((await makeRequest(key, 'Better headset')).status).toBe(201);
});

test('each token has its own keys', async () => {
  const other = await createToken(em, 'system', { name: `other ${cast.ada.id}`, scopes });
  const key = randomUUID();
  await makeRequest(key);
  const theirs = await makeRequest(key, 'Something else', other.value);
  expect(theirs.status).toBe(201);
  expect(theirs.headers.get('idempotent-replayed')).toBeNull();
});

test('a key is the same with and without quotes', async () => {
  const key = randomUUID();
  await makeRequest(`"${key}"`);
  expect((await makeRequest(key)).headers.get('idempotent-replayed')).toBe('true');
});

describe('a key', () => {
  test.each(['', '""', 'two words', '"open', 'a,b', 'x'.repeat(256), `"${'x'.repeat(256)}"`])(
    'cannot be %o',
    async (key) => {
      expectProblem(await makeRequest(key), 400, 'bad-idempotency-key');
      expect(await requestCount()).toBe(0);
    },
  );

  test('may have 255 characters', async () => {
    expect((await makeRequest(`k${cast.ada.id}`.padEnd(255, 'x'))).status).toBe(201);
  });

  test('is ignored by GET', async () => {
    const path = `/users/${cast.emil.externalId}`;
    const headers = { 'Idempotency-Key': 'any, thing' };
    expect((await call('GET', path, { headers })).status).toBe(200);
  });
});

test('every call that changes something accepts a key', async () => {
  const { emil, spare, license, nora } = cast;
  for (const [method, path, body] of [
    ['PATCH', `/users/${emil.externalId}`, { jobTitle: 'Keyed' }],
    ['PUT', `/users/${nora.externalId}`, { name: 'Keyed', email: nora.email }],
    ['POST', `/assets/${spare.tag}/assignment`, { userExternalId: emil.externalId }],
    ['POST', `/assets/${spare.tag}/recovery`, { condition: 'good', nextStatus: 'in_stock' }],
    ['POST', `/users/${emil.externalId}/seats`, { licenseId: license.id }],
    ['POST', `/users/${emil.externalId}/requests`, { item: 'Mouse' }],
  ] as const) {
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await call(method, path, { body, headers });
    const entries = await em.fork().count(AuditEntry, {});
    const again = await call(method, path, { body, headers });
    expect(again, path).toMatchObject({ status: first.status, json: first.json });
    expect(again.headers.get('idempotent-replayed'), path).toBe('true');
    expect(await em.fork().count(AuditEntry, {}), path).toBe(entries);
  }
});
