import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { scrape } from '../../testing/servers/metrics.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace } = await ownEngine(database);
const metricsPort = await freePort();
const web = await startWebProcess(own, namespace, { METRICS_PORT: String(metricsPort) });
const worker = startWorkerProcess(own, namespace, { LOG_LEVEL: 'info' });

type Line = Record<string, unknown>;
const read = (lines: string[]): Line[] => lines.map((line) => JSON.parse(line));
const logEntriesOf = (lines: string[], requestId: string) =>
  read(lines).filter((line) => line.requestId === requestId);

test('one request id follows a completion from the browser to the worker', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const ivo = await web.signIn(cast.ivo.email);
  await eventually(async () => (await web.stranger().get('/health')).status === 200, 30_000);
  const requestId = randomUUID();
  const path = `/offboarding/${cast.lena.id}/completion`;
  const answer = await ivo.post(path, { token: randomUUID() }, { 'X-Request-Id': requestId });
  // On a busy machine there may be no answer yet.
  expect([202, 303]).toContain(answer.status);
  expect(answer.headers.get('x-request-id')).toBe(requestId);

  await eventually(async () => logEntriesOf(web.lines, requestId).length > 0);
  expect(logEntriesOf(web.lines, requestId)).toMatchObject([{ process: 'web', path, status: answer.status }]);
  const decided = await eventually(async () =>
    logEntriesOf(worker.lines, requestId).find(({ msg }) => msg === 'Completion decided'),
  );
  expect(decided).toMatchObject({
    process: 'worker',
    offboardingId: cast.offboardingId,
    outcome: 'completed',
  });
});

test('a failed step logs its request id, and so does its retry', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const ivo = await web.signIn(cast.ivo.email);
  const requestId = randomUUID();
  const owner = new pg.Client(own.ownerUrl);
  await owner.connect();
  await owner.query('alter table mails rename to mails_away');
  const answer = ivo.post(
    `/offboarding/${cast.lena.id}/completion`,
    { token: randomUUID() },
    { 'X-Request-Id': requestId },
  );
  await eventually(async () =>
    logEntriesOf(worker.lines, requestId).some(({ msg }) => msg === 'A step failed'),
  );
  await owner.query('alter table mails_away rename to mails');
  await owner.end();
  expect([202, 303]).toContain((await answer).status);
  await eventually(async () =>
    logEntriesOf(worker.lines, requestId).some(({ outcome }) => outcome === 'completed'),
  );
});

test('errors of the console and the API after the body was read are logged with the request id', async () => {
  const cast = await makeCast(database);
  const ivo = await web.signIn(cast.ivo.email);
  const { value } = await createToken(database.em, 'system', { name: 'ids', scopes: ['users:write'] });
  const [form, json] = [randomUUID(), randomUUID()];
  const owner = new pg.Client(own.ownerUrl);
  await owner.connect();
  await owner.query('alter table audit_entries rename to audit_entries_away');
  const endDate = { endDate: '2031-01-01' };
  const posted = await ivo.post(
    `/assets/${cast.laptop.id}/recovery`,
    { condition: 'good', nextStatus: 'in_stock', note: '' },
    { 'X-Request-Id': form },
  );
  const called = await fetch(`${web.address}/api/v1/users/${cast.emil.externalId}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${value}`, 'content-type': 'application/json', 'X-Request-Id': json },
    body: JSON.stringify(endDate),
  });
  await owner.query('alter table audit_entries_away rename to audit_entries');
  await owner.end();
  expect([posted.status, called.status]).toEqual([500, 500]);
  for (const id of [form, json]) {
    await eventually(async () => logEntriesOf(web.lines, id).length === 2);
    expect(logEntriesOf(web.lines, id)).toMatchObject([{ msg: 'request failed' }, { status: 500 }]);
  }
});

test('an aborted request is logged too, with the client address', async () => {
  const cast = await makeCast(database);
  const ivo = await web.signIn(cast.nora.email);
  const requestId = randomUUID();
  const owner = new pg.Client(own.ownerUrl);
  await owner.connect();
  await owner.query('begin');
  await owner.query(`select from users where id = ${cast.emil.id} for update`);
  const hangingUp = new AbortController();
  const asked = fetch(`${web.address}/users/${cast.emil.id}/end-date`, {
    method: 'POST',
    body: new URLSearchParams({ endDate: '2031-01-01' }),
    headers: {
      'Sec-Fetch-Site': 'same-origin',
      'X-Request-Id': requestId,
      cookie: [...ivo.cookies].map((pair) => pair.join('=')).join('; '),
    },
    signal: hangingUp.signal,
  });
  await eventually(async () => {
    const waiting = 'select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))';
    return (await owner.query(waiting)).rows.length > 0;
  });
  hangingUp.abort();
  await expect(asked).rejects.toThrow();
  const line = await eventually(async () => logEntriesOf(web.lines, requestId).at(0));
  await owner.query('rollback');
  await owner.end();
  expect(line).toMatchObject({
    path: `/users/${cast.emil.id}/end-date`,
    userId: cast.nora.id,
    from: expect.stringMatching(/127\.0\.0\.1$/),
    aborted: true,
  });
  const counted = 'lastday_http_request_seconds_count';
  const labels = 'method="POST",route="/users/:userId/end-date",status="aborted"';
  expect((await scrape(metricsPort)).get(`${counted}{${labels}}`)).toBe(1);
});

test('an error page shows the request id', async () => {
  const cast = await makeCast(database);
  const ivo = await web.signIn(cast.ivo.email);
  const requestId = randomUUID();
  const answer = await ivo.get('/offboarding/999999', { 'X-Request-Id': requestId });
  expect(answer.status).toBe(404);
  expect(answer.text).toContain(`Support reference: <code>${requestId}</code>`);
});

test('a request id that is too long, not an id or possibly a name is replaced', async () => {
  const others = [
    'rosa.diaz',
    'a'.repeat(36),
    '123',
    `${randomUUID()}0`,
    '4bf92f3577b34da6a3ce929d0e0e4736" onload="x',
    '../../../../etc/passwd',
  ];
  for (const given of others) {
    const answer = await web.stranger().get('/ready', { 'X-Request-Id': given });
    expect(answer.headers.get('x-request-id')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    );
    expect(answer.headers.get('x-request-id')).not.toBe(given);
  }
});

test('no request can write its own line into the log', async () => {
  const forged = '{"level":30,"process":"web","msg":"forged"}';
  const raw = (head: string) => {
    const socket = connect(web.port, '127.0.0.1');
    socket.end(`${head}\r\nHost: here\r\nConnection: close\r\n\r\n`);
    return text(socket);
  };
  const broken = encodeURIComponent(`\r\n${forged}\n`);
  await raw(`GET /${broken}?${broken} HTTP/1.1`);
  await raw(`GET /ready HTTP/1.1\r\nX-Request-Id: 0d3c1f0e-6a39-4c43-9f0e-0b8d7a1f4c52\n${forged}`);
  await raw(`GET /ready HTTP/1.1\r\nX-Request-Id: 0d3c1f0e-6a39-4c43-9f0e-0b8d7a1f4c52\r\n ${forged}`);
  await raw(`GET /ready HTTP/1.1\r\nX-Request-Id: 0d3c1f0e-6a39-4c43-9f0e-0b8d7a1f4c52\u2028${forged}\u0085`);
  await raw(`GET /ready HTTP/1.1\r\nUser-Agent: a\r${forged}`);
  await raw(`GET /${forged.replaceAll('"', '%22').replaceAll(' ', '')}\u2029 HTTP/1.1`);
  await web.stranger().post('/session', { email: `a@b.c\n${forged}`, password: `\r\n${forged}` });
  const last = randomUUID();
  await web.stranger().get(`/invitation/${broken}`, { 'X-Request-Id': last });
  await eventually(async () => logEntriesOf(web.lines, last).length > 0);

  for (const line of read(web.lines)) {
    expect(line).toMatchObject({ process: 'web' });
    expect(line.msg).not.toBe('forged');
    expect(typeof line.time).toBe('number');
  }
  // Line separators are always escaped.
  expect(web.lines.join('')).not.toMatch(/[\r\u0085\u2028\u2029]/);
});
