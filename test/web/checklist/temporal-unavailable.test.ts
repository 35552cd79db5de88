import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Seat } from '../../../database/entities/index.ts';
import { userById } from '../../../database/people/users.ts';
import { revokeSeat } from '../../../engine/contract.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { ageLastEntry } from '../../database/inventory/undoing.ts';
import { ownConsole } from './setup.ts';

const { own, database, engine, begin } = await ownConsole();
const worker = await engine.startWorker();

test('a request older than a minute is not executed, and the polling page says so', async () => {
  const { cast, ivo, page } = await begin();
  const token = randomUUID();
  await expect(
    engine.ask(revokeSeat, cast.offboardingId, {
      actor: 'system',
      seatId: cast.seatId,
      requestedAt: Date.now() - 61_000,
      token,
    }),
  ).rejects.toThrow();
  const { status, text } = await ivo.get(`${page}/answer?token=${token}`, {
    'HX-Request': 'true',
    'HX-Target': 'div#checklist',
  });
  expect(status).toBe(200);
  expect(messagesOn(text)).toMatch(/^warning: That didn.t go through, and nothing was changed/);
});

test('without a worker the page says so at its deadline, and later shows the result', async () => {
  const { cast, page } = await begin();
  const shortDeadlineWeb = await startWeb(
    own,
    { TEMPORAL_NAMESPACE: engine.namespace },
    { deadlineMs: 1_000 },
  );
  const ivo = await shortDeadlineWeb.signIn(cast.ivo.email);
  await worker.stop();
  const startedAt = Date.now();
  const token = randomUUID();
  const answer = await ivo.post(`/seats/${cast.seatId}/revocation`, { token });
  expect(Date.now() - startedAt).toBeLessThan(4_000);
  expect(answer.status).toBe(202);
  expect(messagesOn(answer.text)).toContain('warning: Still working.');
  const address = `${page}/answer?token=${token}&seat=${cast.seatId}`;
  expect(answer.text).toContain(`hx-get="${address.replace('&', '&amp;')}"`);
  // While there is no result, polling leaves the page as it is.
  const polled = await ivo.get(address, { 'HX-Request': 'true' });
  expect([polled.status, polled.text]).toEqual([204, '']);
  expect((await database.em.fork().findOneOrFail(Seat, { id: cast.seatId })).revokedAt).toBeNull();

  await engine.startWorker();
  const told = await eventually(async () => {
    const { text } = await ivo.get(address);
    return text.includes('Still working') ? null : text;
  });
  expect(messagesOn(told)).toBe(`success: ${cast.license.name} revoked. The seat is free.`);
  expect(told).not.toContain('hx-trigger="every');
  // Undo counts from the revocation, by the database's clock, and only for the person who revoked.
  const undo = `/seats/${cast.seatId}/revocation/undo`;
  expect(Number(/data-undo="(\d+)"/.exec(told)?.[1])).toBeGreaterThan(0);
  const colleague = await shortDeadlineWeb.signIn(cast.ada.email);
  expect((await colleague.get(address)).text).not.toContain(undo);
  await ageLastEntry(database, cast.lena.id, 'seat.revoked', 11);
  expect((await ivo.get(address)).text).not.toContain(undo);
  expect((await ivo.post(undo, fieldsOf(told, undo))).location).toBe(page);
  expect((await database.em.fork().findOneOrFail(Seat, { id: cast.seatId })).revokedAt).toBeNull();
  // Temporal does not know this token, so nothing was started.
  const lost = await ivo.get(`${page}/answer?token=${randomUUID()}`);
  expect(messagesOn(lost.text)).toContain("That didn't go through, and nothing was changed.");
});

test('without Temporal the page says so, and lists still work', async () => {
  const webWithoutTemporal = await startWeb(own, { TEMPORAL_ADDRESS: '127.0.0.1:1' }, { deadlineMs: 450 });
  const { cast, page } = await begin();
  await clearChecklist(database, cast);
  const admin = await webWithoutTemporal.signIn(cast.ivo.email);
  const startedAt = Date.now();
  const answer = await admin.post(`${page}/completion`, { token: randomUUID() });
  expect(Date.now() - startedAt).toBeLessThan(4_000);
  expect(answer.status).toBe(202);
  expect(await userById(database.em, cast.lena.id)).toMatchObject({ status: 'active' });
  expect((await admin.get('/offboarding')).status).toBe(200);
  expect((await admin.get('/ready')).status).toBe(200);
  const health = await admin.get('/health');
  expect([health.status, JSON.parse(health.text)]).toMatchObject([
    503,
    { ok: false, engine: false, database: true },
  ]);
});
