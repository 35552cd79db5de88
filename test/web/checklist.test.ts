import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { assignAsset } from '../../database/assignments.ts';
import { AuditEntry, Offboarding, Seat, User } from '../../database/entities/index.ts';
import { recordFailedStep } from '../../database/failed-steps.ts';
import { updateUser } from '../../database/users.ts';
import { revokeSeat } from '../../workflows/messages.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { clearChecklist, recoverLaptop, rejectRequest } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { eventually, ownEngine } from '../support/engine.ts';
import { statementsOf } from '../support/statements.ts';
import { type Browserlike, startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });
let worker: { stop: () => Promise<void> };
let cast: Cast;
let ivo: Browserlike;

beforeAll(async () => {
  worker = await engine.startWorker();
});

/** A fresh cast with Ivo signed in. */
async function begin(): Promise<string> {
  cast = await makeCast(database);
  ivo = await web.signIn(cast.ivo.email);
  return `/offboarding/${cast.lena.id}`;
}

const offboardingCount = (userId: number) => database.em.fork().count(Offboarding, { userId });
const statusOf = async (userId: number) =>
  (await database.em.fork().findOneOrFail(User, { id: userId })).status;
const allClear = 'All assets recovered, all licenses revoked, no open requests.';
/** What the page says about the last action. */
const said = (html: string) =>
  [.../class="alert alert-(\w+)"[\s\S]*?<span>([^<]*)<\/span>/.exec(html)!].slice(1).join(': ');

test('the checklist names each device, seat and request, and why the gate is shut', async () => {
  const page = await begin();
  const { text } = await ivo.get(page);
  expect(text).toContain('Hardware to recover');
  expect(text).toContain(cast.laptop.tag);
  expect(text).toContain(`href="/assets/${cast.laptop.id}?from=offboarding#recovery"`);
  expect(text).toContain('Software licenses to revoke');
  expect(text).toContain(cast.license.name);
  expect(text).toContain('Open asset requests');
  expect(text).toContain('Second monitor');
  expect(text).toContain('Still open: 1 hardware, 1 software, 1 request.');
  expect(text).toMatch(/<button[^>]*disabled[^>]*>Mark as offboarded/);
  expect(text).not.toContain(allClear);
});

test('a cleared section says so, and a cleared checklist unlocks the card', async () => {
  const page = await begin();
  await recoverLaptop(database, cast);
  expect((await ivo.get(page)).text).toContain('All hardware has been recovered.');
  await rejectRequest(database, cast);
  expect((await ivo.get(page)).text).toContain('All requests have been closed.');
  await ivo.post(`/seats/${cast.seatId}/revocation`);
  const { text } = await ivo.get(page);
  expect(text).toContain('All licenses have been revoked.');
  expect(text).toContain(allClear);
  expect(text).toContain(`href="${page}/completion"`);
});

test('revoking by a plain form leads back with a message; by htmx row, count and card change together', async () => {
  const page = await begin();
  const answer = await ivo.post(`/seats/${cast.seatId}/revocation`, { token: randomUUID() });
  expect([answer.status, answer.location]).toEqual([303, page]);
  expect(said((await ivo.get(page)).text)).toBe('success: The seat has been revoked and is free again.');

  await begin();
  const fragment = await ivo.postByHtmx(`/seats/${cast.seatId}/revocation`, 'div#checklist', {
    token: randomUUID(),
  });
  expect(fragment.status).toBe(200);
  expect(fragment.text).toMatch(/^\s*<div id="checklist"/);
  expect(fragment.text).not.toContain('<html');
  expect(fragment.text).not.toContain(`seat-${cast.seatId}`);
  expect(fragment.text).toContain('Still open: 1 hardware, 0 software, 1 request.');
  const entries = await database.em.fork().find(AuditEntry, { userId: cast.lena.id, action: 'seat.revoked' });
  expect(entries.map(({ actor }) => actor)).toEqual([`user:${cast.ivo.id}`]);
});

test('pressing Revoke twice does it once; revoked already is said so and changes nothing', async () => {
  await begin();
  const token = randomUUID();
  const path = `/seats/${cast.seatId}/revocation`;
  const answers = await Promise.all([ivo.post(path, { token }), ivo.post(path, { token })]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const { revokedAt } = await database.em.fork().findOneOrFail(Seat, { id: cast.seatId });
  const later = await ivo.postByHtmx(path, 'div#checklist', { token: randomUUID() });
  expect(said(later.text)).toBe('info: This seat was revoked already. Nothing was changed.');
  expect((await database.em.fork().findOneOrFail(Seat, { id: cast.seatId })).revokedAt).toEqual(revokedAt);
  expect(await database.em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'seat.revoked' })).toBe(
    1,
  );
});

test('a seat of somebody who does not leave is revoked without the engine', async () => {
  const { emil, license } = await makeCast(database);
  await begin();
  const fork = database.em.fork();
  const seat = fork.create(Seat, { licenseId: license.id, userId: emil.id });
  await fork.flush();
  expect((await ivo.post(`/seats/${seat.id}/revocation`)).status).toBe(303);
  expect((await database.em.fork().findOneOrFail(Seat, { id: seat.id })).revokedAt).toBeInstanceOf(Date);
});

test('the confirmation names everything that will happen', async () => {
  const page = await begin();
  await clearChecklist(database, cast);
  const { text } = await ivo.get(`${page}/completion`);
  for (const name of ['Lena Brandt', 'Mira Holt', '2 people']) expect(text).toContain(name);
  expect(text).toContain('<bdi>Rosa Díaz</bdi>, <bdi>Timo Aalto</bdi>.');
  expect(text).toContain('cannot be undone');
  expect(await statusOf(cast.lena.id)).toBe('active');
});

test('a step that failed is named in words', async () => {
  const page = await begin();
  await recordFailedStep(database.em, cast.offboardingId, 'deliveries');
  expect((await ivo.get(page)).text).toContain('<strong>sending the webhooks</strong>');
  const told = await (await web.signIn(cast.ada.email)).get('/notifications');
  expect(told.text).toContain('needs attention: a step failed (sending the webhooks).');
});

test.each([
  ['is here', '2026-01-01', /becomes <strong>today, \d+ \w+ \d{4}<\/strong>/],
  ['has not begun', '2099-05-04', /becomes <strong>their first day, 4 May 2099<\/strong>/],
])('the confirmation of somebody who %s says which end date they get', async (_who, startDate, said) => {
  await begin();
  await updateUser(database.em, 'system', cast.emil.id, { startDate });
  expect((await ivo.get(`/offboarding/${cast.emil.id}/completion`)).text).toMatch(said);
});

test('confirming marks the person offboarded; once more says who did it', async () => {
  const page = await begin();
  await clearChecklist(database, cast);
  const answer = await ivo.post(`${page}/completion`, { token: randomUUID() });
  expect([answer.status, answer.location]).toEqual([303, page]);
  const { text } = await ivo.get(page);
  expect(said(text)).toBe('success: Marked as offboarded.');
  expect(text).toContain('Completed by <bdi>Ivo Marin</bdi>');
  expect(await statusOf(cast.lena.id)).toBe('offboarded');

  const nora = await web.signIn(cast.nora.email);
  expect((await nora.post(`${page}/completion`, { token: randomUUID() })).status).toBe(303);
  expect(said((await nora.get(page)).text)).toMatch(/^info: Already completed by Ivo Marin at \d+ \w+ \d{4}/);
});

test('two admins at once: one completes, the other is told who did', async () => {
  const page = await begin();
  await clearChecklist(database, cast);
  const nora = await web.signIn(cast.nora.email);
  const answers = await Promise.all(
    [ivo, nora].map((admin) => admin.post(`${page}/completion`, { token: randomUUID() })),
  );
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const words = await Promise.all([ivo, nora].map(async (admin) => said((await admin.get(page)).text)));
  expect(words.sort()[0]).toMatch(/^info: Already completed by (Ivo Marin|Nora Keller) at /);
  expect(words[1]).toBe('success: Marked as offboarded.');
  expect(
    await database.em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' }),
  ).toBe(1);
});

test('a device claimed in another window: refused with the exact words and the fresh checklist', async () => {
  const page = await begin();
  await clearChecklist(database, cast);
  await ivo.get(`${page}/completion`);
  await assignAsset(database.em, `user:${cast.nora.id}`, cast.spare.id, cast.lena.id);
  const answer = await ivo.post(`${page}/completion`, { token: randomUUID() });
  expect(answer.status).toBe(409);
  expect(said(answer.text)).toBe(
    'danger: Cannot complete offboarding: 1 hardware, 0 software, 0 request(s) still open.',
  );
  expect(answer.text).toContain(cast.spare.tag);
  expect(await statusOf(cast.lena.id)).toBe('active');
});

test('the confirmation of somebody with something open is refused too', async () => {
  const page = await begin();
  const answer = await ivo.get(`${page}/completion`);
  expect(answer.status).toBe(409);
  expect(said(answer.text)).toBe(
    'danger: Cannot complete offboarding: 1 hardware, 1 software, 1 request(s) still open.',
  );
});

test('somebody without an end date is offboarded early', async () => {
  await begin();
  const page = `/offboarding/${cast.emil.id}`;
  expect((await ivo.get(page)).text).toContain(allClear);
  expect((await ivo.post(`${page}/completion`, { token: randomUUID() })).status).toBe(303);
  expect(await statusOf(cast.emil.id)).toBe('offboarded');
});

test('nobody completes themselves: nothing is opened, and the confirmation is not offered', async () => {
  await begin();
  const page = `/offboarding/${cast.ivo.id}/completion`;
  for (const answer of [await ivo.get(page), await ivo.post(page, { token: randomUUID() })]) {
    expect(answer.status).toBe(409);
    expect(said(answer.text)).toContain('Nobody completes their own offboarding.');
    expect(answer.text).not.toContain(`action="${page}"`);
  }
  expect(await offboardingCount(cast.ivo.id)).toBe(0);
});

test('an offboarding is cancelled by an admin, not by an it-admin', async () => {
  const page = await begin();
  expect((await ivo.post(`${page}/cancellation`)).status).toBe(403);
  const nora = await web.signIn(cast.nora.email);
  expect((await nora.get(page)).text).toContain('Cancel this offboarding');
  expect((await nora.post(`${page}/cancellation`)).status).toBe(303);
  expect(said((await nora.get(page)).text)).toBe('success: The offboarding has been cancelled.');
  const again = await nora.post(`${page}/cancellation`);
  expect(again.status).toBe(409);
  expect(said(again.text)).toBe('danger: This person has no open offboarding.');
  expect(again.text).toContain('id="checklist"');
  const byHtmx = await nora.postByHtmx(`${page}/cancellation`, 'div#checklist');
  expect([byHtmx.status, byHtmx.text.trimStart().slice(0, 19)]).toEqual([409, '<div id="checklist"']);
});

test.each([
  '/offboarding/999999',
  '/offboarding/0',
  '/offboarding/x',
  '/offboarding/1e3',
  '/offboarding/99999999999',
  '/nowhere',
])('%s is a 404 page', async (path) => {
  await begin();
  const answer = await ivo.get(path);
  expect(answer.status).toBe(404);
  expect(answer.text).toMatch(/There is no such (user|page)\./);
});

test('who completed it hears that it is done, also when they had to ask again; others hear who did', async () => {
  const page = await begin();
  await clearChecklist(database, cast);
  const token = randomUUID();
  await ivo.post(`${page}/completion`, { token });
  const asked = async (admin: Browserlike) => said((await admin.get(`${page}/answer?token=${token}`)).text);
  expect(await asked(ivo)).toBe('success: Marked as offboarded.');
  expect(await asked(await web.signIn(cast.nora.email))).toMatch(/^info: Already completed by Ivo Marin at /);
  // Anything that is not the token of a form is not asked for.
  expect((await ivo.get(`${page}/answer?token=x`)).status).toBe(200);
});

test('what was asked more than a minute ago is not begun, and the page that keeps asking says so', async () => {
  const page = await begin();
  const token = randomUUID();
  await expect(
    engine.ask(revokeSeat, cast.offboardingId, {
      actor: 'system',
      seatId: cast.seatId,
      askedAt: Date.now() - 61_000,
      token,
    }),
  ).rejects.toThrow();
  const { status, text } = await ivo.get(`${page}/answer?token=${token}`, {
    'HX-Request': 'true',
    'HX-Target': 'div#checklist',
  });
  expect(status).toBe(200);
  expect(said(text)).toMatch(/^warning: .*ask again/);
});

test('htmx is told where to go with 200 where a plain form gets 303', async () => {
  const page = await begin();
  await clearChecklist(database, cast);
  const answer = await ivo.postByHtmx(`${page}/completion`, 'main', { token: randomUUID() });
  expect([answer.status, answer.headers.get('HX-Redirect'), answer.text]).toEqual([200, page, '']);
});

test('an unknown seat is a 404, and for htmx a message that replaces nothing', async () => {
  await begin();
  expect((await ivo.post('/seats/999999/revocation')).status).toBe(404);
  const { text } = await ivo.postByHtmx('/seats/999999/revocation', 'div#checklist');
  expect(text.trim()).toMatch(/^<hx-partial hx-target="#messages"/);
});

test('queue and checklist take few statements, however much they show', async () => {
  const page = await begin();
  // It runs in this process: what it still has to do for the tests before would be counted.
  await worker.stop();
  // Besides, the workspace is read every ten seconds for its name, and the session written back every minute.
  const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
  const selects = async (path: string) =>
    (await statementsOf(() => ivo.get(path))).filter((sql) => !noise.test(sql)).length;
  expect(await selects(page)).toBe(4);
  const before = await selects('/offboarding');
  expect(before).toBe(3);
  for (let i = 0; i < 5; i++) await makeCast(database);
  expect(await selects('/offboarding')).toBe(before);
  worker = await engine.startWorker();
});

test('without a worker the page says so within five seconds, and tells the answer when there is one', async () => {
  const page = await begin();
  await worker.stop();
  const startedAt = Date.now();
  const token = randomUUID();
  const answer = await ivo.post(`/seats/${cast.seatId}/revocation`, { token });
  expect(Date.now() - startedAt).toBeLessThan(6_500);
  expect(answer.status).toBe(202);
  expect(said(answer.text)).toContain('warning: The process engine has not answered yet.');
  expect(answer.text).toContain(`hx-get="${page}/answer?token=${token}"`);
  // htmx goes on asking: while there is no answer nothing on its page changes.
  const polled = await ivo.get(`${page}/answer?token=${token}`, { 'HX-Request': 'true' });
  expect([polled.status, polled.text]).toEqual([204, '']);
  expect((await database.em.fork().findOneOrFail(Seat, { id: cast.seatId })).revokedAt).toBeNull();

  worker = await engine.startWorker();
  const told = await eventually(async () => {
    const { text } = await ivo.get(`${page}/answer?token=${token}`);
    return text.includes('has not answered yet') ? null : text;
  });
  expect(said(told)).toBe('success: The seat has been revoked and is free again.');
  expect(told).not.toContain('hx-trigger="every');
  // A token the engine never heard of: nothing was begun.
  const lost = await ivo.get(`${page}/answer?token=${randomUUID()}`);
  expect(said(lost.text)).toContain('did not reach the process engine, and nothing was changed');
});

test('without an engine the page says so, and lists go on', async () => {
  const astray = await startWeb(own, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const page = await begin();
  await clearChecklist(database, cast);
  const admin = await astray.signIn(cast.ivo.email);
  const startedAt = Date.now();
  const answer = await admin.post(`${page}/completion`, { token: randomUUID() });
  expect(Date.now() - startedAt).toBeLessThan(6_500);
  expect(answer.status).toBe(202);
  expect(await statusOf(cast.lena.id)).toBe('active');
  expect((await admin.get('/offboarding')).status).toBe(200);
  expect((await admin.get('/ready')).status).toBe(200);
  const health = await admin.get('/health');
  expect([health.status, JSON.parse(health.text)]).toMatchObject([
    503,
    { ok: false, engine: false, database: true },
  ]);
});
