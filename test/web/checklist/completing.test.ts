import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { AuditEntry } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { userById } from '../../../database/people/users.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import type { Browserlike } from '../../../testing/web/web.ts';
import { allClear, ownConsole } from './setting.ts';

const { database, engine, web, begin } = await ownConsole();
await engine.startWorker();

test('confirming marks the person offboarded; once more says who did it', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const answer = await ivo.post(`${page}/completion`, { token: randomUUID() });
  expect([answer.status, answer.location]).toEqual([303, page]);
  const { text } = await ivo.get(page);
  expect(messagesOn(text)).toBe('success: Marked as offboarded.');
  expect(text).toContain('Completed by <bdi>Ivo Marin</bdi>');
  expect(await userById(database.em, cast.lena.id)).toMatchObject({ status: 'offboarded' });

  const nora = await web.signIn(cast.nora.email);
  expect((await nora.post(`${page}/completion`, { token: randomUUID() })).status).toBe(303);
  expect(messagesOn((await nora.get(page)).text)).toMatch(
    /^info: Already completed by Ivo Marin at \d+ \w+ \d{4}/,
  );
});

test('two admins at once: one completes, the other is told who did', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const nora = await web.signIn(cast.nora.email);
  const answers = await Promise.all(
    [ivo, nora].map((admin) => admin.post(`${page}/completion`, { token: randomUUID() })),
  );
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const words = await Promise.all([ivo, nora].map(async (admin) => messagesOn((await admin.get(page)).text)));
  expect(words.sort()[0]).toMatch(/^info: Already completed by (Ivo Marin|Nora Keller) at /);
  expect(words[1]).toBe('success: Marked as offboarded.');
  expect(
    await database.em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' }),
  ).toBe(1);
});

test('a device claimed in another window: refused with the exact words and the fresh checklist', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  await ivo.get(`${page}/completion`);
  await assignAsset(database.em, `user:${cast.nora.id}`, cast.spare.id, cast.lena.id);
  const answer = await ivo.post(`${page}/completion`, { token: randomUUID() });
  expect(answer.status).toBe(409);
  expect(messagesOn(answer.text)).toBe(
    'danger: Cannot complete offboarding: 1 hardware, 0 software, 0 request(s) still open.',
  );
  expect(answer.text).toContain(cast.spare.tag);
  expect(await userById(database.em, cast.lena.id)).toMatchObject({ status: 'active' });
});

test('somebody without an end date is offboarded early', async () => {
  const { cast, ivo } = await begin();
  const page = `/offboarding/${cast.emil.id}`;
  expect((await ivo.get(page)).text).toContain(allClear);
  expect((await ivo.post(`${page}/completion`, { token: randomUUID() })).status).toBe(303);
  expect(await userById(database.em, cast.emil.id)).toMatchObject({ status: 'offboarded' });
});

test('who completed it hears that it is done, also when they had to ask again; others hear who did', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const token = randomUUID();
  await ivo.post(`${page}/completion`, { token });
  const asked = async (admin: Browserlike) =>
    messagesOn((await admin.get(`${page}/answer?token=${token}`)).text);
  expect(await asked(ivo)).toBe('success: Marked as offboarded.');
  expect(await asked(await web.signIn(cast.nora.email))).toMatch(/^info: Already completed by Ivo Marin at /);
  // Anything that is not the token of a form is not asked for.
  expect((await ivo.get(`${page}/answer?token=x`)).status).toBe(200);
});
