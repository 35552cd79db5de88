import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createLink } from '../../database/access/one-time-links.ts';
import { createToken } from '../../database/access/tokens.ts';
import { castPassword, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testKey } from '../../testing/cast/engine.ts';
import { deliveriesTo } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { startMailServer } from '../../testing/outside/smtp.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { asOwner } from '../../testing/servers/owner.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import type { Browserlike } from '../../testing/web/web.ts';

// ASVS 16.2.5, 14.2.1 and 13.3.1: secrets do not appear in logs, on pages or in the database.

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const receiver = await startReceiver((_request, response) => response.writeHead(500).end('No'));
const mailServer = await startMailServer({ user: 'lastday', password: 'another-one' });
const smtpPassword = 'smtp-Pa55-of-the-server';
const web = await startWebProcess(own, engine.namespace, { LOG_LEVEL: 'debug', WEBHOOK_ALLOW: '127.0.0.1' });
const worker = startWorkerProcess(own, engine.namespace, {
  LOG_LEVEL: 'debug',
  SMTP_URL: `smtp://lastday:${smtpPassword}@127.0.0.1:${mailServer.port}`,
});

/** The secrets, by name. */
const secrets: Record<string, string> = {
  'the key': testKey,
  'the key as hex': Buffer.from(testKey, 'base64').toString('hex'),
  'the password of the database': decodeURIComponent(new URL(own.url).password),
  'the password of the mail server': smtpPassword,
  'a password': castPassword,
};

const shownOnce = async (browser: Browserlike, path: string) =>
  /id="shown-once">([^<]+)</.exec((await browser.get(path)).text)![1]!;

/** Calls the API with any path and Authorization header. */
const call = (path: string, authorization?: string) =>
  fetch(`${web.address}/api/v1${path}`, { headers: { ...(authorization && { authorization }) } });

test('every secret is used, with mistakes and during failures', async () => {
  const cast = await makeCast(database);
  await eventually(async () => (await web.stranger().get('/health')).status === 200);

  secrets['a wrong password'] = 'a guess that was nearly right';
  await web.stranger().post('/session', { email: cast.ada.email, password: secrets['a wrong password'] });
  // A password typed into the email field is still a secret.
  await web.stranger().post('/session', { email: secrets['a wrong password'], password: 'x' });
  const ada = await web.signIn(cast.ada.email);
  secrets['a session'] = decodeURIComponent(ada.cookies.get('lastday')!).slice(2);
  secrets['the id of a session'] = secrets['a session'].split('.')[0]!;

  secrets['a new password'] = 'seven quiet herons';
  secrets['a password too short'] = 'seven herons'.slice(0, 9);
  const change = { current: castPassword, password: secrets['a new password'] };
  await ada.post('/me/password', { ...change, current: 'not my password!' });
  await ada.post('/me/password', { ...change, password: secrets['a password too short'] });
  await ada.post('/me/password', change);
  await web.stranger().post('/session', { email: cast.ada.email, password: secrets['a new password'] });
  const [, key] = /action="\/me\/sessions\/([0-9a-f]{64})\/ending"/.exec((await ada.get('/me')).text)!;
  await ada.post(`/me/sessions/${key}/ending`);

  await ada.post('/settings/tokens', { name: 'feed', scopes: 'users:read' });
  secrets['a token'] = await shownOnce(ada, '/settings/tokens');
  expect((await call('/users', `Bearer ${secrets['a token']}`)).status).toBe(200);
  // Tokens in addresses are refused, because addresses are logged in many places.
  for (const path of [`/users?access_token=${secrets['a token']}`, `/users?token=${secrets['a token']}`])
    expect((await call(path)).status).toBe(401);
  expect((await call('/users', `Basic ${btoa(`${secrets['a token']}:`)}`)).status).toBe(401);
  secrets['a token mistyped'] = `${secrets['a token'].slice(0, -1)}_`;
  await call('/users', `Bearer ${secrets['a token mistyped']}`);
  await call(`/users/${secrets['a token']}`, `Bearer ${secrets['a token']}`);

  secrets['an invitation'] = await createLink(database.em, {
    userId: cast.emil.id,
    purpose: 'invitation',
    actor: 'system',
  });
  const emil = web.stranger();
  await emil.get(`/invitation/${secrets['an invitation']}`);
  await emil.post(`/invitation/${secrets['an invitation']}`, { password: 'short' });
  secrets['a password set by a link'] = 'eleven patient cranes';
  await emil.post(`/invitation/${secrets['an invitation']}`, {
    password: secrets['a password set by a link'],
  });

  await ada.post('/settings/webhooks', { url: receiver.url, eventTypes: 'user.offboarded' });
  secrets['a webhook’s secret'] = await shownOnce(ada, '/settings/webhooks');
  const [{ id: endpointId }] = (
    await new Promise<pg.QueryResult>((resolve, reject) => {
      const client = new pg.Client(own.url);
      client
        .connect()
        .then(() => client.query('select id from webhook_endpoints'))
        .then(resolve, reject)
        .finally(() => client.end());
    })
  ).rows;
  await ada.post(`/settings/webhooks/${endpointId}/secret`);
  secrets['a webhook’s new secret'] = await shownOnce(ada, '/settings/webhooks');
  expect(secrets['a webhook’s new secret']).toMatch(/^whsec_/);
  await ada.post(`/settings/webhooks/${endpointId}/test`);

  await clearChecklist(database, cast);
  const ivo = await web.signIn(cast.ivo.email);
  expect((await ivo.post(`/offboarding/${cast.lena.id}/completion`, { token: randomUUID() })).status).toBe(
    303,
  );
  await eventually(async () =>
    (await deliveriesTo(database, endpointId)).every(({ outcomes }) => outcomes.length > 0),
  );
  await eventually(async () => worker.lines.some((line) => line.includes('sign_in_refused')));

  secrets['a password that was not set'] = 'twelve forgotten gulls';
  const now = { current: secrets['a new password'], password: secrets['a password that was not set'] };
  const inTheMiddle = async () => [
    await ada.post('/me/password', now),
    await ada.post('/settings/tokens', { name: 'feed 2', scopes: 'users:read' }),
    await ada.post('/settings/webhooks', { url: receiver.url, eventTypes: 'user.offboarded' }),
    await ada.post(`/users/${cast.timo.id}/invitation`),
  ];
  const role = new URL(own.url).username;
  const tables = 'users, api_tokens, webhook_endpoints, one_time_links';
  for (const [broken, mended] of [
    ['alter table audit_entries rename to away', 'alter table away rename to audit_entries'],
    [`revoke insert, update on ${tables} from ${role}`, `grant insert, update on ${tables} to ${role}`],
  ] as const) {
    await asOwner(own.ownerUrl, broken);
    const statuses = (await inTheMiddle()).map(({ status }) => status);
    await asOwner(own.ownerUrl, mended);
    expect(statuses, broken).toEqual([500, 500, 500, 500]);
  }
});

/** Hashes of secrets should not be logged either. */
const stored = /\$argon2id\$|\b[0-9a-f]{64}\b/;

test('no secret is in a log', async () => {
  expect(web.lines.length).toBeGreaterThan(20);
  expect(worker.lines.length).toBeGreaterThan(5);
  for (const line of [...web.lines, ...worker.lines]) {
    for (const [name, secret] of Object.entries(secrets))
      expect(line.includes(secret), `${name} in ${line}`).toBe(false);
    expect(line).not.toMatch(stored);
  }
  expect(web.lines.some((line) => line.includes('request failed'))).toBe(true);
});

test('the log names the user or token of a request, refused ones included', async () => {
  const cast = await makeCast(database);
  const { token, value } = await createToken(database.em, 'system', { name: 'who', scopes: ['users:read'] });
  const emil = await web.signIn(cast.emil.email);
  const refused = [randomUUID(), randomUUID()] as const;
  expect((await emil.get('/audit', { 'X-Request-Id': refused[0] })).status).toBe(403);
  const headers = { authorization: `Bearer ${value}`, 'X-Request-Id': refused[1] };
  expect((await fetch(`${web.address}/api/v1/offboardings`, { headers })).status).toBe(403);
  const lineOf = (id: string) =>
    eventually(async () => {
      const found = web.lines.find((line) => line.includes(id));
      return found === undefined ? null : JSON.parse(found);
    });
  expect(await lineOf(refused[0])).toMatchObject({ path: '/audit', status: 403, userId: cast.emil.id });
  expect(await lineOf(refused[1])).toMatchObject({
    path: '/api/v1/offboardings',
    status: 403,
    tokenId: token.id,
  });
});

test('no secret is on a page, not even for a super-admin', async () => {
  const cast = await makeCast(database);
  const ada = await web.signIn(cast.ada.email);
  const paths = ['/me', '/audit', '/users', '/settings/tokens', '/settings/webhooks', '/settings/workspace'];
  const first = [...Array(12).keys()].map((place) => `/users/${place + 1}`);
  const deliveries = [1, 2].map((id) => `/settings/webhooks/1/deliveries/${id}`);
  for (const path of [...paths, ...first, ...deliveries, '/settings/webhooks/1/edit', '/notifications']) {
    const { status, text } = await ada.get(path);
    expect(status, path).toBe(200);
    for (const [name, secret] of Object.entries(secrets))
      expect(text.includes(secret), `${name} on ${path}`).toBe(false);
    expect(text, path).not.toMatch(/\$argon2id\$/);
  }
});

test('no secret is stored in plain text', async () => {
  const client = new pg.Client(own.url);
  await client.connect();
  const { rows: tables } = await client.query(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  for (const { name } of tables) {
    const { rows } = await client.query(`select t::text as row from ${client.escapeIdentifier(name)} t`);
    for (const { row } of rows)
      for (const [what, secret] of Object.entries(secrets))
        expect(row.includes(secret), `${what} in ${name}`).toBe(false);
  }
  await client.end();
});
