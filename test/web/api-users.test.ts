import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { completeOffboarding } from '../../database/completion.ts';
import { AuditEntry, Offboarding, User } from '../../database/entities/index.ts';
import { createToken, revokeToken } from '../../database/tokens.ts';
import { updateUser, userById } from '../../database/users.ts';
import type { Scope } from '../../domain/scopes.ts';
import { apiAt, expectProblem, pointers } from '../support/api.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let names = 0;
const tokenWith = async (scopes: Scope[], actor: `user:${number}` | 'system' = 'system') =>
  (await createToken(em, actor, { name: `hr ${++names}`, scopes })).value;
const both = await tokenWith(['users:read', 'users:write']);

beforeEach(async () => {
  cast = await makeCast(own.database);
});

const call = apiAt(web.address, both);

const lena = () => `/users/${cast.lena.externalId}`;
const offboardingOf = (userId: number) =>
  em.fork().findOne(Offboarding, { userId }, { orderBy: { id: 'desc' } });

async function leave(userId: number) {
  await updateUser(em, 'system', userId, { endDate: '2026-01-31' });
  await completeOffboarding(em, (await offboardingOf(userId))!.id, 'system');
}

describe('reading', () => {
  test('shows a person with exactly the promised fields, and a tag', async () => {
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

  test('answers 304 to whoever has it already, until it changes', async () => {
    const etag = (await call('GET', lena())).headers.get('etag')!;
    expect((await call('GET', lena(), { headers: { 'If-None-Match': etag } })).status).toBe(304);
    await call('PATCH', lena(), { body: { jobTitle: 'Other' } });
    const changed = await call('GET', lena(), { headers: { 'If-None-Match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  test('finds by external id, one or none', async () => {
    expect((await call('GET', `/users?externalId=${cast.lena.externalId}`)).json).toEqual({
      items: [expect.objectContaining({ id: cast.lena.id })],
      nextCursor: null,
    });
    for (const nobody of ['nobody', '%00']) {
      const { json } = await call('GET', `/users?externalId=${nobody}`);
      expect(json).toEqual({ items: [], nextCursor: null });
    }
  });

  test.each([
    '?externalId=',
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
    'of %s is a 404, also to change',
    async (externalId) => {
      expectProblem(await call('GET', `/users/${externalId}`), 404, 'not-found');
      expectProblem(await call('PATCH', `/users/${externalId}`, { body: { name: 'X' } }), 404, 'not-found');
    },
  );
});

describe('an end date', () => {
  test('opens an offboarding, moves it, and cleared cancels it', async () => {
    const address = `/users/${cast.emil.externalId}`;
    expect((await call('PATCH', address, { body: { endDate: '2099-01-31' } })).json).toMatchObject({
      endDate: '2099-01-31',
    });
    expect(await offboardingOf(cast.emil.id)).toMatchObject({ state: 'open' });
    expect((await call('PATCH', address, { body: { endDate: '2099-02-28' } })).status).toBe(200);
    expect((await call('PATCH', address, { body: { endDate: null } })).json).toMatchObject({ endDate: null });
    expect(await offboardingOf(cast.emil.id)).toMatchObject({ state: 'cancelled' });
  });

  test('is noted in the audit trail by the name of the token', async () => {
    const { name } = { name: `hr ${names + 1}` };
    const token = await tokenWith(['users:write']);
    await call('PATCH', `/users/${cast.emil.externalId}`, { token, body: { endDate: '2099-01-31' } });
    const entry = await em
      .fork()
      .findOneOrFail(AuditEntry, { userId: cast.emil.id, action: 'user.end_date_changed' });
    expect(entry).toMatchObject({ actor: `token:${name}`, details: { from: null, to: '2099-01-31' } });
  });

  test.each([
    '2026-02-30',
    '31.12.2026',
    '',
    'today',
    20261231,
    true,
    ['2026-12-31'],
    { date: '2026-12-31' },
  ])('is not %o', async (endDate) => {
    const called = await call('PATCH', lena(), { body: { endDate } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/endDate']);
  });

  test('before the start date is refused', async () => {
    const called = await call('PATCH', lena(), { body: { startDate: '2026-05-02', endDate: '2026-05-01' } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/endDate']);
  });
});

describe('PUT', () => {
  test('adds a person with 201 and where they are, then replaces them with 200', async () => {
    const body = {
      name: '山田 花子',
      email: `hanako${cast.ada.id}@x.example`,
      managerExternalId: cast.mira.externalId,
    };
    const externalId = `新/${cast.ada.id}`;
    const path = `/users/${encodeURIComponent(externalId)}`;
    const added = await call('PUT', path, { body });
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe(`/api/v1${path}`);
    expect(added.json).toMatchObject({
      externalId,
      name: '山田 花子',
      managerExternalId: cast.mira.externalId,
    });

    const { name, email } = body;
    const replaced = await call('PUT', path, { body: { name, email, externalId } });
    expect(replaced.status).toBe(200);
    expect(replaced.json).toMatchObject({ managerExternalId: null });
    expect(replaced.headers.get('location')).toBeNull();
  });

  test('needs a name and an e-mail address', async () => {
    const called = await call('PUT', '/users/new', { body: { department: 'Sales' } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/email', '/name']);
    expect(called.json.errors).toContainEqual({ pointer: '/email', detail: 'Expected a text.' });
  });

  test('refuses an address in use, and a strange external id', async () => {
    const taken = await call('PUT', '/users/new', { body: { name: 'N', email: cast.lena.email } });
    expectProblem(taken, 422, 'invalid-input');
    expect(pointers(taken)).toEqual(['/email']);
    const body = { name: 'N', email: 'n@x.example' };
    for (const id of ['%00', '%20x', 'x'.repeat(101), '%0A']) {
      expectProblem(await call('PUT', `/users/${id}`, { body }), 422, 'invalid-input');
    }
  });

  test('takes back what GET gave, but for what is read-only', async () => {
    const { id, revision, ...rest } = (await call('GET', lena())).json;
    expect((await call('PUT', lena(), { body: rest })).json).toMatchObject({ id, revision });
    const called = await call('PUT', lena(), { body: { ...rest, id, revision } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/id', '/revision']);
    expectProblem(
      await call('PUT', lena(), { body: { ...rest, externalId: 'other' } }),
      422,
      'invalid-input',
    );
  });
});

describe('a manager', () => {
  test('who has left is stored as none, with a warning', async () => {
    await leave(cast.emil.id);
    const { status, json, headers } = await call('PATCH', lena(), {
      body: { managerExternalId: cast.emil.externalId },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      managerExternalId: null,
      warnings: [{ pointer: '/managerExternalId', detail: expect.stringContaining('offboarded') }],
    });
    expect((await call('GET', lena())).headers.get('etag')).toBe(headers.get('etag'));
  });

  test('who is unknown is refused by name of the field', async () => {
    const called = await call('PATCH', lena(), { body: { managerExternalId: 'nobody' } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/managerExternalId']);
  });
});

test('after completion equal values are fine, and another end date, status or manager is refused', async () => {
  const { emil } = cast;
  await leave(emil.id);
  const path = `/users/${emil.externalId}`;
  const body = {
    name: 'Emil N.',
    endDate: '2026-01-31',
    status: 'offboarded',
    managerExternalId: cast.mira.externalId,
  };
  expect((await call('PATCH', path, { body })).json).toMatchObject({ name: 'Emil N.' });
  for (const other of [
    { endDate: '2027-01-31' },
    { endDate: null },
    { status: 'active' },
    { managerExternalId: null },
  ]) {
    expectProblem(await call('PATCH', path, { body: other }), 409, 'already-offboarded');
  }
});

describe('who may', () => {
  test('is nobody without a token', async () => {
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

  test('is nobody by a cookie', async () => {
    const ada = await web.signIn(cast.ada.email);
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expectProblem(await call('GET', lena(), { token: null, headers: { cookie } }), 401, 'token-missing');
  });

  test('depends on the scopes of the token', async () => {
    const read = await tokenWith(['users:read']);
    const write = await tokenWith(['users:write']);
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

  test('ends with the token, and with whoever made it', async () => {
    const revoked = await createToken(em, 'system', { name: `hr ${++names}`, scopes: ['users:read'] });
    expect((await call('GET', lena(), { token: revoked.value })).status).toBe(200);
    await revokeToken(em, 'system', revoked.token.id);
    expectProblem(await call('GET', lena(), { token: revoked.value }), 401, 'token-missing');

    const token = await tokenWith(['users:read', 'users:write'], `user:${cast.nora.id}`);
    expect(
      (await call('PATCH', `/users/${cast.nora.externalId}`, { token, body: { status: 'suspended' } }))
        .status,
    ).toBe(200);
    expectProblem(await call('GET', lena(), { token }), 401, 'token-missing');
  });
});

describe('abuse', () => {
  test('every unknown field is pointed at, and nothing is changed', async () => {
    const body =
      '{"name":"Hacked","role":"super-admin","a/b~c":1,"__proto__":{"role":"admin"},"constructor":1}';
    const called = await call('PATCH', lena(), { body });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/__proto__', '/a~1b~0c', '/constructor', '/role']);
    expect(await userById(em, cast.lena.id)).toMatchObject({ name: 'Lena Brandt', role: 'employee' });
  });

  test.each(['null', '[]', '"text"', '5', '[{"name":"x"}]'])('the body %s is no person', async (body) => {
    expectProblem(await call('PATCH', lena(), { body }), 422, 'invalid-input');
  });

  test.each(['{', '{"name":', 'name=x', '{"name":"x"}}', "{'name':'x'}", ''])(
    'the body %s is no JSON',
    async (body) => {
      const called = await call('PATCH', lena(), { body, headers: { 'Content-Type': 'application/json' } });
      expect([400, 415, 422]).toContain(called.status);
      expectProblem(called, called.status, called.json.code);
    },
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json; charset=latin1',
  ])('a body of type %s is not read', async (type) => {
    const called = await call('PATCH', lena(), {
      body: '{"name":"Hacked"}',
      headers: { 'Content-Type': type },
    });
    expectProblem(called, 415, 'unsupported-body');
  });

  test('a compressed body is not read', async () => {
    const body = gzipSync('{"name":"Hacked"}');
    const called = await call('PATCH', lena(), { body, headers: { 'Content-Encoding': 'gzip' } });
    expectProblem(called, 415, 'unsupported-body');
  });

  test('a huge body is too much, and a deep one is wrong', async () => {
    expectProblem(await call('PATCH', lena(), { body: { name: 'x'.repeat(200_000) } }), 413, 'too-large');
    const deep = `{"name":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
    expectProblem(await call('PATCH', lena(), { body: deep }), 422, 'invalid-input');
  });

  test.each([
    { name: '' },
    { name: '   ' },
    { name: null },
    { name: 'x'.repeat(201) },
    { name: 'bell\u0007' },
    { name: 'zero\u0000' },
    { name: 'two\nlines' },
    { name: {} },
    { email: 'nobody' },
    { email: `${'x'.repeat(300)}@x.example` },
    { department: '' },
    { department: 7 },
    { timeZone: 'Mars/Olympus' },
    { timeZone: `UTC${'x'.repeat(70)}` },
    { status: 'gone' },
    { status: null },
    { managerExternalId: '' },
    { startDate: '0000-00-00' },
  ])('%o is refused by name of the field', async (body) => {
    const called = await call('PATCH', lena(), { body });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual([`/${Object.keys(body)[0]}`]);
  });

  test('another method is told which ones there are', async () => {
    for (const [method, path, allowed] of [
      ['DELETE', lena(), 'GET, PUT, PATCH'],
      ['POST', lena(), 'GET, PUT, PATCH'],
      ['POST', '/users', 'GET'],
      ['GET', `${lena()}/completion`, 'POST'],
    ] as const) {
      const called = await call(method, path);
      expectProblem(called, 405, 'method-not-allowed');
      expect(called.headers.get('allow')).toBe(allowed);
    }
  });

  test('an address that is none is a problem too', async () => {
    expectProblem(await call('GET', '/nothing-here'), 404, 'not-found');
    expectProblem(await call('GET', '/users/%E0%A4%A'), 400, 'not-understood');
  });

  test('nothing of it was stored', async () => {
    expect(await em.fork().count(User, { name: 'Hacked' })).toBe(0);
  });
});
