import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { errorIn, patchOf, scimAt, scimClient, urn } from '../../../testing/web/scim/client.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
const call = await scimClient(own.database, web.address);

test('every address needs a token with the scope scim, and a cookie is none', async () => {
  const stranger = scimAt(web.address, '');
  const { value } = await createToken(own.database.em, 'system', {
    name: 'hr',
    scopes: ['users:read', 'users:write'],
  });
  const other = scimAt(web.address, value);
  for (const path of ['/ServiceProviderConfig', '/Schemas', '/Users', '/Groups', '/Users/1', '/nowhere']) {
    const refused = await stranger('GET', path);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="lastday"',
    ]);
    expect((await stranger('GET', path, undefined, { token: 'lastday_wrong' })).status).toBe(401);
    const forbidden = await other('GET', path);
    expect([forbidden.status, forbidden.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer realm="lastday", error="insufficient_scope", scope="scim"',
    ]);
  }
  const { headers } = await call('GET', '/Users', undefined, {
    headers: { Cookie: 'lastday=x', Origin: 'https://evil.example' },
  });
  expect([headers.get('set-cookie'), headers.get('cache-control')]).toEqual([null, 'no-store']);
});

test('unknown addresses and methods are SCIM errors', async () => {
  for (const path of [
    '',
    '/',
    '/nowhere',
    '/Users/1',
    `/Users/${crypto.randomUUID()}`,
    '/Groups/1',
    '/Schemas/x',
    '/ResourceTypes/x',
    '/Users/a/b',
  ])
    expect([path, (await call('GET', path)).status]).toEqual([path, 404]);
  const { status, headers } = await call('DELETE', '/Users');
  expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  expect((await call('POST', '/Schemas', {})).status).toBe(405);
  for (const method of ['GET', 'POST', 'PATCH', 'DELETE'])
    expect((await call(method, '/Me', method === 'GET' ? undefined : {})).status).toBe(501);
  expect((await call('POST', '/.search', {})).status).toBe(501);
  expect((await call('GET', '/Users/%E0%A4%A')).status).toBe(400);
  expect((await call('GET', '/Users?filter=%00')).status).toBe(400);
});

test('bodies are JSON of at most 1 MB and 20 levels', async () => {
  const send = (body: string, headers = {}) => call('POST', '/Users', body, { headers });
  for (const type of ['text/plain', 'application/xml', 'application/scim+json; charset=latin1'])
    expect([type, (await send('{}', { 'Content-Type': type })).status]).toEqual([type, 415]);
  expect((await send('{}', { 'Content-Encoding': 'gzip' })).status).toBe(415);
  for (const body of [
    '',
    '{',
    '7',
    '"x"',
    'null',
    '[]',
    '{"a":1,"a":2}',
    `${'['.repeat(30)}${']'.repeat(30)}`,
    `${'{"":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  ])
    expect([body.slice(0, 20), errorIn(await send(body))]).toEqual([body.slice(0, 20), '400 invalidSyntax']);
  expect((await send(JSON.stringify({ userName: 'x'.repeat(1_048_576) }))).status).toBe(413);
  expect(errorIn(await send('{}', { 'Content-Type': 'application/json' }))).toBe('400 invalidValue');
  expect((await send('{"userName":"plain.json"}', { 'Content-Type': 'application/json' })).status).toBe(201);
});

test('a password and unknown attributes are not stored', async () => {
  const { json } = await call('POST', '/Users', {
    userName: 'secretive',
    password: 'correct horse 1',
    shoeSize: 'correct horse 2',
    'urn:x:y': { z: 'correct horse 3' },
    name: { givenName: 'S', secret: 'correct horse 4' },
  });
  const patched = await call(
    'PATCH',
    `/Users/${json.id}`,
    patchOf(
      { op: 'replace', path: 'password', value: 'correct horse 5' },
      { op: 'replace', value: { password: 'correct horse 6', shoeSize: 'correct horse 7' } },
    ),
  );
  expect(patched.status).toBe(200);
  const db = sqlOf(own.database.em.fork());
  for (const table of ['users', 'directory_accounts', 'identities', 'audit_entries', 'outbox']) {
    const { rows } = await sql`select t::text as row from ${sql.table(table)} t`.execute(db);
    expect(JSON.stringify(rows)).not.toContain('correct horse');
  }
  expect(JSON.stringify([json, patched.json])).not.toContain('correct horse');
});

test('the documents say what is supported', async () => {
  const { json: config } = await call('GET', '/ServiceProviderConfig');
  expect(config).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 },
    filter: { supported: true, maxResults: 200 },
    sort: { supported: false },
    changePassword: { supported: false },
    etag: { supported: true },
  });
  const types = (await call('GET', '/ResourceTypes')).json;
  expect(types.Resources.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual([
    '/Users',
    '/Groups',
  ]);
  const schemas = (await call('GET', '/Schemas')).json;
  expect(schemas.Resources.map(({ id }: { id: string }) => id)).toEqual([
    urn.user,
    urn.enterprise,
    urn.group,
  ]);
  for (const { id, meta } of [...types.Resources, ...schemas.Resources]) {
    const path = `/${meta.resourceType}s/${id}`;
    expect((await call('GET', path)).json).toMatchObject({
      id,
      meta: { location: expect.stringMatching(`/scim/v2${path}$`) },
    });
  }
  expect((await call('GET', '/Schemas?filter=id%20eq%20%22x%22')).status).toBe(403);
});

test('a full person has exactly the attributes of the schemas', async () => {
  const { json: list } = await call('GET', '/Schemas');
  const [user, enterprise] = list.Resources;
  const fill = (attributes: SchemaAttribute[]): Record<string, unknown> =>
    Object.fromEntries(
      attributes
        .filter(({ mutability }) => mutability !== 'readOnly')
        .map((one) => [one.name, valueFor(one)]),
    );
  const valueFor = (one: SchemaAttribute): unknown => {
    const parts = one.subAttributes?.filter(({ name }) => name !== '$ref');
    const value = parts
      ? { ...fill(parts), ...(one.name === 'emails' && { value: 'full@idp.example' }) }
      : one.type === 'boolean'
        ? true
        : `some ${one.name}`;
    return one.multiValued ? [value] : value;
  };
  const body = { ...fill(user.attributes), externalId: 'full', [enterprise.id]: fill(enterprise.attributes) };
  const { status, json } = await call('POST', '/Users', body);
  expect(status).toBe(201);
  const { schemas, id, meta, ...rest } = json;
  expect(rest).toEqual(body);
  expect([schemas, typeof id, meta.resourceType]).toEqual([[user.id, enterprise.id], 'string', 'User']);
});

interface SchemaAttribute {
  name: string;
  type: string;
  mutability: string;
  multiValued: boolean;
  subAttributes?: SchemaAttribute[];
}

test('a token over its limit is told when to call again', async () => {
  const limited = await startWeb(own, { API_RATE_LIMIT: '2' });
  const one = await scimClient(own.database, limited.address);
  for (const calls of [1, 2])
    expect([calls, (await one('GET', '/Users?count=0')).status]).toEqual([calls, 200]);
  const refused = await one('GET', '/Users?count=0');
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([
    429,
    expect.toSatisfy((s) => Number(s) > 0 && Number(s) <= 60),
  ]);
});
