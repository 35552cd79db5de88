import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { recordFailedStep } from '../../database/offboarding/failed-steps.ts';
import { userById } from '../../database/people/users.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { scrape } from '../../testing/servers/metrics.ts';
import { startTcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
await engine.startWorker();
const port = await freePort();
const web = await startWebProcess(own, engine.namespace, { METRICS_PORT: String(port) });

const requests = (method: string, route: string, status: string) =>
  `lastday_http_request_seconds_count{method="${method}",route="${route}",status="${status}"}`;
const asked = (outcome: string) => `lastday_completions_total{outcome="${outcome}"}`;

test('completions are counted by outcome, and calls and requests are timed by route', async () => {
  const cast = await makeCast(database);
  const ivo = await web.signIn(cast.ivo.email);
  const completion = `/offboarding/${cast.lena.id}/completion`;
  const complete = () => ivo.post(completion, { token: randomUUID() });
  expect((await complete()).status).toBe(409);
  await clearChecklist(database, cast);
  expect((await complete()).status).toBe(303);
  expect((await complete()).status).toBe(303);
  expect((await ivo.post(`/offboarding/${cast.ivo.id}/completion`, { token: randomUUID() })).status).toBe(
    409,
  );

  const read = await scrape(port);
  expect(read.get(asked('still-open'))).toBe(1);
  expect(read.get(asked('completed'))).toBe(1);
  expect(read.get(asked('already-completed'))).toBe(1);
  expect(read.get(asked('own-completion'))).toBe(1);
  expect(read.get('lastday_engine_call_seconds_count{call="complete",outcome="answered"}')).toBe(2);
  expect(read.get(requests('POST', '/offboarding/:userId/completion', '4xx'))).toBe(2);
  expect(read.get(requests('POST', '/offboarding/:userId/completion', '3xx'))).toBe(2);
});

test('a completion over its deadline is counted as unanswered', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const owner = new pg.Client(own.ownerUrl);
  await owner.connect();
  await owner.query('begin');
  await owner.query(`select from users where id = ${cast.lena.id} for update`);
  const ivo = await web.signIn(cast.ivo.email);
  const { status } = await ivo.post(`/offboarding/${cast.lena.id}/completion`, { token: randomUUID() });
  expect(status).toBe(202);
  await owner.query('rollback');
  await owner.end();
  const read = await scrape(port);
  expect(read.get(asked('no-answer-yet'))).toBe(1);
  expect(read.get('lastday_engine_call_seconds_count{call="complete",outcome="no-answer-yet"}')).toBe(1);
  // The completion still succeeds, so wait for it before the next test counts open ones.
  const { id } = cast.lena;
  await eventually(async () => (await userById(database.em, id)).offboardingCompletedAt !== null, 60_000);
});

test('API requests are timed by route, and unknown addresses share one name', async () => {
  const { ada, rosa } = await makeCast(database);
  const { value: token } = await createToken(database.em, `user:${ada.id}`, {
    name: 'metrics',
    scopes: ['users:read'],
  });
  const call = (path: string) =>
    fetch(web.address + path, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);
  expect(await call(`/api/v1/users/${rosa.externalId}`)).toBe(200);
  expect(await call('/api/v1/users/nobody-of-ours')).toBe(404);
  expect(await call('/api/v1/secret-address')).toBe(404);
  expect((await web.stranger().get('/another-address?name=rosa')).status).toBe(404);

  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  expect(text).not.toMatch(/nobody-of-ours|another-address|secret-address/);
  expect(text).not.toContain(rosa.externalId);
  const read = await scrape(port);
  expect(read.get(requests('GET', '/api/v1/users/:externalId', '2xx'))).toBe(1);
  expect(read.get(requests('GET', '/api/v1/users/:externalId', '4xx'))).toBe(1);
  expect(read.get(requests('GET', 'none', '4xx'))).toBeGreaterThanOrEqual(2);
});

test('queue lengths come from the database', async () => {
  const before = await scrape(port);
  const { offboardingId } = await makeCast(database);
  await recordFailedStep(database.em, offboardingId, 'sending');
  const read = await scrape(port);
  const more = (name: string) => read.get(name)! - before.get(name)!;
  expect(read.get('lastday_database_up')).toBe(1);
  expect(more('lastday_offboardings_open')).toBe(1);
  expect(more('lastday_offboardings_failed_steps')).toBe(1);
  // No relay runs in this test.
  expect(more('lastday_outbox_unsent_rows')).toBeGreaterThan(0);
  expect(read.get('lastday_outbox_oldest_unsent_seconds')).toBeGreaterThan(0);
  expect(read.get('lastday_reminders_due')).toBe(0);
  expect(read.get('lastday_workers_seen')).toBe(0);
  expect(read.get('lastday_database_connections{state="waiting"}')).toBe(0);
  expect(read.get('nodejs_eventloop_lag_seconds')).toBeDefined();
  expect(read.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
});

test('the metrics have their own port, and no other address serves them', async () => {
  expect((await web.stranger().get('/metrics')).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/offboarding`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(404);
});

test('a lost database is reported, and its figures are left out', async () => {
  const line = await startTcpProxy(Number(new URL(own.url).port));
  const url = new URL(own.url);
  url.port = String(line.port);
  const other = await freePort();
  await startWebProcess({ url: url.href }, engine.namespace, { METRICS_PORT: String(other) });
  expect((await scrape(other)).get('lastday_database_up')).toBe(1);
  await line.cut();
  const away = await scrape(other);
  expect(away.get('lastday_database_up')).toBe(0);
  expect(away.has('lastday_outbox_unsent_rows')).toBe(false);
  await line.restore();
  await eventually(async () => (await scrape(other)).get('lastday_database_up') === 1);
});
