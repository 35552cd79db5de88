import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { AuditEntry, Seat } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { recoverLaptop, rejectRequest } from '../../../testing/cast/clearing.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { allClear, ownConsole } from './setup.ts';

const { database, engine, begin } = await ownConsole();
await engine.startWorker();

test('a plain form returns to the page with a message, htmx replaces the checklist', async () => {
  const { cast, ivo, page } = await begin();
  const answer = await ivo.post(`/seats/${cast.seatId}/revocation`, { token: randomUUID() });
  expect([answer.status, answer.location]).toEqual([303, page]);
  expect(messagesOn((await ivo.get(page)).text)).toBe(
    `success: ${cast.license.name} revoked. The seat is free.`,
  );

  const other = await begin();
  const fragment = await other.ivo.postByHtmx(`/seats/${other.cast.seatId}/revocation`, 'div#checklist', {
    token: randomUUID(),
  });
  expect(fragment.status).toBe(200);
  expect(fragment.text).toMatch(/^\s*<div id="checklist"/);
  expect(fragment.text).not.toContain('<html');
  expect(fragment.text).not.toContain(`seat-${other.cast.seatId}`);
  expect(fragment.text).toContain('Still open: 1 hardware, 0 software, 1 request.');
  const entries = await database.em
    .fork()
    .find(AuditEntry, { userId: other.cast.lena.id, action: 'seat.revoked' });
  expect(entries.map(({ actor }) => actor)).toEqual([`user:${other.cast.ivo.id}`]);
});

test('after an undo the workflow refuses to complete', async () => {
  const { cast, ivo, page } = await begin();
  await recoverLaptop(database, cast);
  await rejectRequest(database, cast);
  await ivo.post(`/seats/${cast.seatId}/revocation`, { token: randomUUID() });
  const undo = `/seats/${cast.seatId}/revocation/undo`;
  const fields = fieldsOf((await ivo.get(page)).text, undo);
  expect((await ivo.post(undo, fields)).location).toBe(page);
  await engine.relay();
  const refused = await ivo.post(`${page}/completion`, { token: randomUUID() });
  expect([refused.status, messagesOn(refused.text)]).toEqual([
    409,
    'danger: Cannot complete offboarding: 0 hardware, 1 software, 0 request(s) still open.',
  ]);
  const again = await ivo.post(`/seats/${cast.seatId}/revocation`, { token: randomUUID() });
  expect(again.location).toBe(page);
  expect((await ivo.get(page)).text).toContain(allClear);
});

test('revoking twice revokes once, and a later attempt says so and changes nothing', async () => {
  const { cast, ivo } = await begin();
  const token = randomUUID();
  const path = `/seats/${cast.seatId}/revocation`;
  const answers = await Promise.all([ivo.post(path, { token }), ivo.post(path, { token })]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const { revokedAt } = await database.em.fork().findOneOrFail(Seat, { id: cast.seatId });
  const later = await ivo.postByHtmx(path, 'div#checklist', { token: randomUUID() });
  expect(messagesOn(later.text)).toBe('info: This seat was already revoked.');
  expect((await database.em.fork().findOneOrFail(Seat, { id: cast.seatId })).revokedAt).toEqual(revokedAt);
  expect(await database.em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'seat.revoked' })).toBe(
    1,
  );
});

test('a seat of a user who does not leave is revoked without Temporal', async () => {
  const { emil, license } = await makeCast(database);
  const { ivo } = await begin();
  const fork = database.em.fork();
  const seat = fork.create(Seat, { licenseId: license.id, userId: emil.id });
  await fork.flush();
  expect((await ivo.post(`/seats/${seat.id}/revocation`)).status).toBe(303);
  expect((await database.em.fork().findOneOrFail(Seat, { id: seat.id })).revokedAt).toBeInstanceOf(Date);
});

test('an unknown seat is a 404, and htmx gets a message that replaces nothing', async () => {
  const { ivo } = await begin();
  expect((await ivo.post('/seats/999999/revocation')).status).toBe(404);
  const { text } = await ivo.postByHtmx('/seats/999999/revocation', 'div#checklist');
  expect(text.trim()).toMatch(/^<hx-partial hx-target="#messages"/);
});
