import { beforeAll, describe, expect, test } from 'vitest';
import { createToken, revokeToken } from '../../database/access/tokens.ts';
import { ApiToken } from '../../database/entities/index.ts';
import { createRequest } from '../../database/inventory/requests.ts';
import { type Scope, scopes } from '../../domain/access/scopes.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { fingerprintOf } from '../../testing/cast/fingerprint.ts';
import { csvOf, importing } from '../../testing/cast/importing.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { apiAt } from '../../testing/web/api.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startWeb } from '../../testing/web/web.ts';

// Every address of the API for every token (ASVS 8.2.1–8.2.3). The body is `{}`, so 422, 409 and 415
// mean access. Each scope is tested alone: `u:r` is users:read, and so on in their order.
const table = `
                                      none ended cookie u:r u:w a:w s:w r:w o:r o:c i:w scim
GET   /users                          401  401   401    200 403 403 403 403 403 403 403 403
GET   /users/:externalId              401  401   401    200 403 403 403 403 403 403 403 403
PUT   /users/:externalId              401  401   401    403 422 403 403 403 403 403 403 403
PATCH /users/:externalId              401  401   401    403 200 403 403 403 403 403 403 403
GET   /offboardings                   401  401   401    403 403 403 403 403 200 403 403 403
GET   /offboardings/:id               401  401   401    403 403 403 403 403 200 403 403 403
POST  /users/:externalId/completion   401  401   401    403 403 403 403 403 403 409 403 403
POST  /assets/:tag/assignment         401  401   401    403 403 422 403 403 403 403 403 403
POST  /assets/:tag/recovery           401  401   401    403 403 422 403 403 403 403 403 403
POST  /assets/:tag/recovery/correction 401 401   401    403 403 409 403 403 403 403 403 403
POST  /users/:externalId/seats        401  401   401    403 403 403 422 403 403 403 403 403
POST  /users/:externalId/requests     401  401   401    403 403 403 403 422 403 403 403 403
POST  /imports/users                  401  401   401    403 403 403 403 403 403 403 415 403
GET   /imports/:importId              401  401   401    403 403 403 403 403 403 403 200 403
GET   /imports/:importId/errors       401  401   401    403 403 403 403 403 403 403 200 403
`;

const [columns, ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/)) as [string[], ...string[][]];
const visitors = [...columns.slice(0, 3), ...scopes];

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const tokens: Record<string, string> = {};
let params: Record<string, string>;
let cookie = '';

beforeAll(async () => {
  const { timo, lena, ada, spare, offboardingId } = await makeCast(own.database);
  // An open item makes a completion fail without Temporal.
  await createRequest(em, 'system', timo.id, { item: 'Mouse', reason: null });
  const file = csvOf(['email', 'jobTitle'], [lena.email, 'Writer'], ['nobody', 'x']);
  const { id } = await importing(own.database, 'system').upload('users', file);
  params = { externalId: timo.externalId, id: String(offboardingId), tag: spare.tag, importId: String(id) };
  for (const scope of scopes)
    tokens[scope] = (await createToken(em, 'system', { name: scope, scopes: [scope] })).value;
  const ended = await createToken(em, 'system', { name: 'ended', scopes });
  await revokeToken(em, 'system', ended.token.id);
  tokens.ended = ended.value;
  const browser = await web.signIn(ada.email);
  cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
});

/** The tables that changed, but for when a token was last used, because reads write that too. */
async function changedTables(work: () => Promise<unknown>): Promise<string[]> {
  const before = await fingerprintOf(own.database);
  await work();
  const after = await fingerprintOf(own.database);
  return Object.keys(after).filter(
    (table) => table !== 'api_tokens' && JSON.stringify(before[table]) !== JSON.stringify(after[table]),
  );
}

const addressOf = (path: string) => path.replaceAll(/:(\w+)/g, (_, name) => params[name]!);

async function statusOf(method: string, path: string, visitor: string): Promise<string> {
  const token = tokens[visitor];
  const { status } = await fetch(`${web.address}/api/v1${addressOf(path)}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(visitor === 'cookie' && { cookie, 'Sec-Fetch-Site': 'same-origin' }),
      'Content-Type': 'application/json',
    },
    ...(method !== 'GET' && { body: '{}' }),
  });
  return String(status);
}

test('the table lists exactly the addresses of the running API', () => {
  const open = ['GET /api/v1/openapi.json', 'GET /api/v1/docs'];
  const inApp = routesOf(web.app).filter((route) => / \/api\//.test(route) && !open.includes(route));
  expect(rows.map(([method, path]) => `${method} /api/v1${path}`).sort()).toEqual(inApp.sort());
  expect(columns.slice(3)).toEqual(scopes.map((scope) => scope.replace(/^(.).*:(.).*$/, '$1:$2')));
});

describe.each(visitors.map((visitor, column) => ({ visitor, column })))('$visitor', ({ visitor, column }) => {
  test('gets the responses of the table, and changes nothing', async () => {
    const statuses: string[] = [];
    const changed = await changedTables(async () => {
      for (const [method, path] of rows as [string, string][])
        statuses.push(`${method} ${path} ${await statusOf(method, path, visitor)}`);
    });
    expect(statuses).toEqual(rows.map(([method, path, ...codes]) => `${method} ${path} ${codes[column]}`));
    expect(changed).toEqual([]);
  });
});

test('a token is accepted only in its header, and only in its exact form', async () => {
  const right = tokens['users:read' satisfies Scope]!;
  const call = apiAt(web.address, right);
  expect((await call('GET', '/users')).status).toBe(200);
  for (const query of [`access_token=${right}`, `token=${right}`, `authorization=Bearer%20${right}`])
    expect((await call('GET', `/users?${query}`, { token: null })).status).toBe(401);
  for (const authorization of [
    right,
    `Basic ${btoa(`${right}:`)}`,
    `Bearer ${right.toLowerCase()}`,
    `Bearer ${right} ${right}`,
    `Bearer ${right.slice(0, -1)}`,
    `Bearer "${right}"`,
    'Bearer',
    'Bearer undefined',
    'Bearer lastday_%',
  ])
    expect((await call('GET', '/users', { token: null, headers: { authorization } })).status).toBe(401);
  const { hash } = await em.fork().findOneOrFail(ApiToken, { name: 'users:read' });
  expect((await call('GET', '/users', { token: hash })).status).toBe(401);
});
