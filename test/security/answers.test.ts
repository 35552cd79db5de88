import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { assignSeat } from '../../database/inventory/seats.ts';
import { scopes } from '../../domain/access/scopes.ts';
import { type Cast, castPassword, makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startWeb } from '../../testing/web/web.ts';

// ASVS 3.4.1–3.4.8, 4.1.1 and 14.3.2: the headers of every response. ASVS 16.5.1: error details stay
// inside.

const own = await ownDatabase();
const behindProxy = { PUBLIC_URL: 'https://lastday.example', API_RATE_LIMIT: '100000' };
// No worker answers, so that completions end at the deadline.
const web = await startWeb(own, behindProxy, { deadlineMs: 300 });
const proxied = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' };

let cast: Cast;
let cookie: string;
let token: string;
beforeAll(async () => {
  cast = await makeCast(own.database);
  const browser = web.stranger();
  await browser.post('/session', { email: cast.ada.email, password: castPassword }, proxied);
  cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  // An open item makes a completion fail without Temporal.
  await assignSeat(own.database.em, 'system', cast.license.id, cast.timo.id);
  token = (await createToken(own.database.em, 'system', { name: 'all', scopes })).value;
});

interface Asked {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

async function ask(
  method: string,
  path: string,
  more: Record<string, string> = {},
  body?: string,
): Promise<Asked> {
  const isApi = path.startsWith('/api/');
  const response = await fetch(new URL(path, web.address), {
    method,
    redirect: 'manual',
    headers: {
      ...proxied,
      'Sec-Fetch-Site': 'same-origin',
      cookie,
      ...(isApi && { authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }),
      ...more,
    },
    ...(body !== undefined && { body }),
  });
  return { method, path, status: response.status, headers: response.headers, text: await response.text() };
}

const addressOf = (route: string) =>
  route.replace(':userId', String(cast.timo.id)).replace(':tokenId', '999').replaceAll(/:\w+/g, '1');
const routes = () =>
  routesOf(web.app)
    .map((route) => route.split(' ') as [string, string])
    .filter(([, path]) => path !== '/session/end')
    .map(([method, path]) => [method, addressOf(path)] as const);

/** Responses of every route with and without access, of files, and to malformed requests. */
async function allAnswers(): Promise<Asked[]> {
  const answers: Asked[] = [];
  for (const [method, path] of routes()) {
    answers.push(await ask(method, path));
    answers.push(await ask(method, path, { cookie: '', authorization: '' }));
  }
  answers.push(
    await ask('GET', '/public/app.css'),
    await ask('GET', '/public/nothing.css'),
    await ask('GET', '/public/..%2f..%2fpackage.json'),
    await ask('GET', '/public/%00'),
    await ask('GET', '/vendor/htmx.js'),
    await ask('GET', '/vendor/nothing.js'),
    await ask('GET', '/vendor/__proto__'),
    await ask('GET', '/nowhere'),
    await ask('GET', '/%E0%A4%A'),
    await ask('GET', '/users/%E0%A4%A'),
    await ask('GET', '/api/v1/nowhere'),
    await ask('GET', '/api/v1/users/%E0%A4%A'),
    await ask('DELETE', '/api/v1/users'),
    await ask('DELETE', '/users/1'),
    await ask('OPTIONS', '/users'),
    await ask('HEAD', '/users'),
    await ask('POST', '/users', { 'Sec-Fetch-Site': 'cross-site' }),
    await ask('POST', '/users', { 'Content-Type': 'application/x-www-form-urlencoded' }, 'x'.repeat(200_000)),
    await ask('POST', '/users', { 'Content-Type': 'application/x-www-form-urlencoded' }, 'a&'.repeat(5_000)),
    await ask('POST', '/users', { 'Content-Type': 'application/x-www-form-urlencoded; charset=x' }, 'a=1'),
    await ask(
      'POST',
      '/users',
      { 'Content-Encoding': 'gzip', 'Content-Type': 'application/x-www-form-urlencoded' },
      'no',
    ),
    await ask('PATCH', '/api/v1/users/1', {}, '{'),
    await ask('PATCH', '/api/v1/users/1', {}, `{"name":"${'x'.repeat(200_000)}"}`),
    await ask('PATCH', '/api/v1/users/1', { 'Content-Type': 'text/plain' }, 'x'),
    await ask('GET', '/users', { 'HX-Request': 'true' }),
    await ask('GET', '/users', { 'HX-Request': 'true', cookie: '' }),
    await ask('GET', '/audit', { 'Accept-Encoding': 'gzip' }),
    await ask('GET', '/audit', { Range: 'bytes=0-10', 'If-None-Match': '*' }),
  );
  return answers;
}

function expectSafeHeaders({ method, path, status, headers, text }: Asked) {
  const what = `${method} ${path} ${status}`;
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    'upgrade-insecure-requests',
  ])
    expect(policy, what).toContain(part);
  expect(policy, what).not.toMatch(/unsafe-|\*/);
  expect(headers.get('strict-transport-security'), what).toBe('max-age=31536000; includeSubDomains');
  expect(headers.get('x-content-type-options'), what).toBe('nosniff');
  expect(headers.get('referrer-policy'), what).toBe('same-origin');
  expect(headers.get('x-frame-options'), what).toBe('DENY');
  expect(headers.get('x-powered-by'), what).toBeNull();
  expect(headers.get('server'), what).toBeNull();
  expect(headers.get('access-control-allow-origin'), what).toBeNull();
  expect(headers.get('x-request-id'), what).toMatch(/^[\w-]{16,}$/);
  if (text !== '')
    expect(headers.get('content-type'), what).toMatch(/charset=utf-8|^application\/(problem\+)?json|^image/);
  const isFile = /^\/(public|vendor)\//.test(path) && status === 200;
  if (!isFile) expect(headers.get('cache-control'), what).toBe('no-store');
  for (const line of headers.getSetCookie()) {
    expect(line, what).toMatch(/; HttpOnly/);
    expect(line, what).toMatch(/; Secure/);
    expect(line, what).toMatch(/; SameSite=(Lax|Strict)/);
  }
}

/** Internal details: file paths, table names and error messages of PostgreSQL. */
const internalDetails =
  /node_modules|file:\/\/|\.ts:\d|\bat \w+ \(|permission denied|relation "|column "|insert into|select .+ from|ECONN|syntax error|mikro|kysely|DriverException/i;

const expectNoInternalDetails = ({ method, path, status, text }: Asked) => {
  if (status < 400) return;
  expect(text.replaceAll(/<head>[\s\S]*<\/head>/g, ''), `${method} ${path} ${status}`).not.toMatch(
    internalDetails,
  );
};

test('every response has its security headers and no internal details', async () => {
  const answers = await allAnswers();
  for (const answer of answers) {
    expectSafeHeaders(answer);
    expectNoInternalDetails(answer);
    expect(answer.status, `${answer.method} ${answer.path}`).not.toBe(500);
  }
  const statuses = new Set(answers.map(({ status }) => status));
  for (const status of [200, 303, 400, 401, 403, 404, 405, 413, 415, 422]) expect(statuses).toContain(status);
});

test('the session cookie is bound to this host', async () => {
  const browser = web.stranger();
  const { headers } = await browser.post(
    '/session',
    { email: cast.ivo.email, password: castPassword },
    proxied,
  );
  expect(headers.getSetCookie()[0]).toMatch(
    /^__Host-lastday=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
  );
});

describe('when the database refuses every read', () => {
  const owner = new pg.Client({ connectionString: own.ownerUrl });
  beforeAll(async () => {
    await owner.connect();
    const kept = ['users', 'sessions', 'workspace', 'api_tokens', 'notifications', 'rate_limits'];
    const { rows } = await owner.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all($1)`,
      [kept],
    );
    const role = owner.escapeIdentifier(new URL(own.url).username);
    for (const { name } of rows)
      await owner.query(`revoke all on ${owner.escapeIdentifier(name)} from ${role}`);
    await owner.query(`revoke insert, update, delete on users, workspace, notifications from ${role}`);
    await owner.query(`grant update on users to ${role}`);
  });
  afterAll(() => owner.end());

  test('no response has internal details, and each has its headers', async () => {
    let failed = 0;
    for (const [method, path] of routes()) {
      for (const answer of [
        await ask(method, path, {}, method === 'GET' ? undefined : '{}'),
        await ask(method, path, { 'HX-Request': 'true' }, method === 'GET' ? undefined : '{}'),
      ]) {
        expectSafeHeaders(answer);
        expectNoInternalDetails(answer);
        if (answer.status !== 500) continue;
        failed++;
        expect(answer.text).toContain('The problem is on our side');
      }
    }
    expect(failed).toBeGreaterThan(40);
  });
});
