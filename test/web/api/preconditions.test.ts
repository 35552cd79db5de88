import { beforeEach, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry } from '../../../database/entities/index.ts';
import { updateUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', {
  name: 'hr',
  scopes: ['users:read', 'users:write', 'offboardings:read'],
});
const call = apiAt(web.address, value);

let cast: Cast;
let lena: string;
beforeEach(async () => {
  cast = await makeCast(own.database);
  lena = `/users/${cast.lena.externalId}`;
});

const tagOf = async (path: string) => (await call('GET', path)).headers.get('etag')!;
const patch = (jobTitle: string, headers: Record<string, string>) =>
  call('PATCH', lena, { body: { jobTitle }, headers });

test('a change with the current ETag succeeds and returns the next ETag', async () => {
  const changed = await patch('Other', { 'If-Match': await tagOf(lena) });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('etag')).toBe(await tagOf(lena));
});

test('a change with an old ETag is a 412 with the current ETag', async () => {
  const old = await tagOf(lena);
  await updateUser(em, 'system', cast.lena.id, { department: 'Sales' });
  const refused = await patch('Other', { 'If-Match': old });
  expectProblem(refused, 412, 'other-state');
  expect(refused.headers.get('etag')).toBe(await tagOf(lena));
  expect((await call('GET', lena)).json.jobTitle).toBe('Team Lead');
  expect((await patch('Other', { 'If-Match': refused.headers.get('etag')! })).status).toBe(200);
});

test('one of several ETags is enough, a weak one never matches, and * always does', async () => {
  const tag = await tagOf(lena);
  expect((await patch('A', { 'If-Match': `"nonsense", ${tag}` })).status).toBe(200);
  expectProblem(await patch('B', { 'If-Match': `W/${await tagOf(lena)}` }), 412, 'other-state');
  expectProblem(await patch('B', { 'If-Match': 'nonsense' }), 412, 'other-state');
  expect((await patch('C', { 'If-Match': '*' })).status).toBe(200);
});

test('one of many simultaneous changes with the same ETag succeeds', async () => {
  const tag = await tagOf(lena);
  const titles = Array.from({ length: 8 }, (_, number) => `Title ${number}`);
  const changes = await Promise.all(titles.map((title) => patch(title, { 'If-Match': tag })));
  expect(changes.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  expect(await em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.updated' })).toBe(1);
});

test("a manager's new external id changes the ETag of their reports", async () => {
  const old = await tagOf(lena);
  await updateUser(em, 'system', cast.mira.id, { externalId: `renamed-${cast.mira.id}` });
  expectProblem(await patch('Other', { 'If-Match': old }), 412, 'other-state');
});

test('PUT can require that the user is new, or exists', async () => {
  const body = { name: 'New', email: `new${cast.lena.id}@x.example` };
  const path = `/users/new-${cast.lena.id}`;
  expectProblem(await call('PUT', path, { body, headers: { 'If-Match': '*' } }), 412, 'other-state');
  const once = { body, headers: { 'If-None-Match': '*' } };
  const both = await Promise.all([call('PUT', path, once), call('PUT', path, once)]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 412]);
  expectProblem(await call('PUT', path, once), 412, 'other-state');
});

test('every GET answers 304 to its own ETag', async () => {
  for (const path of [lena, '/users?limit=2', '/offboardings', `/offboardings/${cast.offboardingId}`]) {
    const tag = await tagOf(path);
    const again = await call('GET', path, { headers: { 'If-None-Match': tag } });
    expect(again.status).toBe(304);
    expect(again.json).toBeNull();
  }
});
