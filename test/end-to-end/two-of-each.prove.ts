import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import {
  AuditEntry,
  Outbox,
  Request,
  User,
  WebhookDelivery,
  WebhookEvent,
} from '../../database/entities/index.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { scrape } from '../../testing/servers/metrics.ts';
import { startWebProcess, type WebProcess } from '../../testing/servers/web-process.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { apiAt } from '../../testing/web/api.ts';
import type { Browserlike } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const em = () => database.em.fork();
const receiver = await startReceiver();
const fields = { url: receiver.url, description: null, eventTypes: ['user.offboarded' as const] };
await createEndpoint(database.em, 'system', fields, testDependencies(database).secretBox);

const [here, there] = (await Promise.all([1, 2].map(() => startWebProcess(own, engine.namespace)))) as [
  WebProcess,
  WebProcess,
];
const ports = [await freePort(), await freePort()];
const workers = ports.map((port) =>
  startWorkerProcess(own, engine.namespace, { METRICS_PORT: String(port) }),
);
const areThere = () =>
  eventually(async () => {
    const seen = await Promise.all(ports.map((port) => scrape(port).catch(() => null)));
    return seen.every((read) => read?.get('lastday_workers_seen') === 2);
  }, 40_000);
await areThere();

/** The same session at the other web process. */
function withSameSession(browser: Browserlike, web: WebProcess): Browserlike {
  const other = web.stranger();
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  return other;
}

const casts = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const cast = await makeCast(database);
      await clearChecklist(database, cast);
      return cast;
    }),
  );

/** Counts the effects of a completion. */
async function effectsOf({ lena, offboardingId }: Cast) {
  const events = await em().find(WebhookEvent, { offboardingId, type: 'user.offboarded' });
  const deliveries = await em().find(WebhookDelivery, { eventId: events[0]?.id ?? '' });
  return {
    status: (await em().findOneOrFail(User, { id: lena.id })).status,
    completed: await em().count(AuditEntry, { userId: lena.id, action: 'user.offboarded' }),
    cleared: await em().count(AuditEntry, { action: 'user.manager_cleared', details: { offboardingId } }),
    events: events.length,
    deliveries: deliveries.map(({ state }) => state),
  };
}
const onceEach = {
  status: 'offboarded',
  completed: 1,
  cleared: 2,
  events: 1,
  deliveries: ['delivered'],
};
const isDelivered = async (cast: Cast) => (await effectsOf(cast)).deliveries[0] === 'delivered';

test('a session of one web process is valid at the other, and ends at both', async () => {
  const { ivo } = await makeCast(database);
  const browserHere = await here.signIn(ivo.email);
  const browserThere = withSameSession(browserHere, there);
  expect((await browserThere.get('/offboarding')).status).toBe(200);
  expect((await browserThere.post('/session/end')).status).toBe(303);
  expect((await browserHere.get('/offboarding')).location).toContain('/sign-in');
});

test('a completion confirmed at both web processes at the same time happens once', async () => {
  const [cast] = await casts(1);
  const ivo = await here.signIn(cast!.ivo.email);
  const path = `/offboarding/${cast!.lena.id}/completion`;
  const token = randomUUID();
  const answers = await Promise.all(
    [ivo, withSameSession(ivo, there)].map((browser) => browser.post(path, { token })),
  );
  // On a busy machine one of them may have no answer yet.
  for (const { status } of answers) expect([202, 303]).toContain(status);
  await eventually(() => isDelivered(cast!));
  expect(await effectsOf(cast!)).toEqual(onceEach);
  const received = receiver.received.filter(({ body }) => JSON.parse(body).data.user.id === cast!.lena.id);
  expect(received).toHaveLength(1);
});

test('a call with one Idempotency-Key at both web processes at the same time has one effect', async () => {
  const { emil } = await makeCast(database);
  const { value } = await createToken(database.em, 'system', { name: 'both', scopes: ['requests:write'] });
  const call = (web: WebProcess, key: string) =>
    apiAt(web.address, value)('POST', `/users/${emil.externalId}/requests`, {
      body: { item: 'Headset' },
      headers: { 'Idempotency-Key': key },
    });
  const keys = Array.from({ length: 5 }, () => randomUUID());
  for (const key of keys) {
    const statuses = (await Promise.all([call(here, key), call(there, key)])).map(({ status }) => status);
    // One of them may get 409 because the other still runs.
    expect([201, 409]).toEqual(expect.arrayContaining(statuses));
    expect(statuses).toContain(201);
    expect((await call(there, key)).headers.get('idempotent-replayed')).toBe('true');
  }
  expect(await em().count(Request, { userId: emil.id })).toBe(keys.length);
});

test('two relays signal each change once, and each leaver has one workflow that knows everything', async () => {
  const all = await Promise.all(Array.from({ length: 15 }, () => makeCast(database)));
  await eventually(
    async () => (await em().count(Outbox, { sentAt: null, offboardingId: { $ne: null } })) === 0,
  );
  const ids = all.map(({ offboardingId }) => offboardingId);
  const rows = await em().find(Outbox, { offboardingId: { $in: ids } });
  expect(rows.every(({ sentAt }) => sentAt !== null)).toBe(true);
  for (const { offboardingId } of all) {
    const description = await eventually(async () => {
      const found = await engine.handleOf(offboardingId).describe();
      return found.searchAttributes.OpenSeats?.[0] === 1 ? found : null;
    });
    expect(description.searchAttributes).toMatchObject({
      OpenHardware: [1],
      OpenSeats: [1],
      OpenRequests: [1],
    });
  }
  // Only a signal that a busy Temporal refused may be sent again.
  const relayedRows = async (outcome: string) => {
    const scraped = await Promise.all(ports.map(scrape));
    return scraped.reduce(
      (sum, of) => sum + (of.get(`lastday_relay_rows_total{outcome="${outcome}"}`) ?? 0),
      0,
    );
  };
  const tried = await em().find(Outbox, { attempts: { $gt: 0 } });
  expect(await relayedRows('sent')).toBe(tried.length);
  const attempts = tried.reduce((sum, row) => sum + row.attempts, 0);
  expect(await relayedRows('refused')).toBe(attempts - tried.length);
});

test('one of two workers killed during completions loses nothing and repeats nothing', async () => {
  const all = await casts(10);
  const ivo = await here.signIn(all[0]!.ivo.email);
  const browsers = [ivo, withSameSession(ivo, there)];
  const confirming = all.map(({ lena }, index) =>
    browsers[index % 2]!.post(`/offboarding/${lena.id}/completion`, { token: randomUUID() }),
  );
  await pause(120);
  await workers[0]!.kill();
  for (const answer of await Promise.all(confirming)) expect([202, 303]).toContain(answer.status);
  for (const cast of all) {
    await eventually(() => isDelivered(cast), 40_000);
    expect(await effectsOf(cast)).toEqual(onceEach);
  }
  expect((await there.stranger().get('/health')).status).toBe(200);
}, 90_000);
