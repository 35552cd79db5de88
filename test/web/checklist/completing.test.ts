import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { AuditEntry } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { userById } from '../../../database/people/users.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import type { Browserlike } from '../../../testing/web/web.ts';
import { allClear, ownConsole } from './setup.ts';

const { database, engine, web, begin } = await ownConsole();
await engine.startWorker();

test('confirming marks the user offboarded, and a second time names who did it', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const answer = await ivo.post(`${page}/completion`, { token: randomUUID() });
  expect([answer.status, answer.location]).toEqual([303, page]);
  const { text } = await ivo.get(page);
  expect(messagesOn(text)).toBe('success: Lena Brandt is now offboarded.');
  expect(text).toContain('Completed by <bdi>Ivo Marin</bdi>');
  expect(await userById(database.em, cast.lena.id)).toMatchObject({ status: 'offboarded' });

  const nora = await web.signIn(cast.nora.email);
  expect((await nora.post(`${page}/completion`, { token: randomUUID() })).status).toBe(303);
  expect(messagesOn((await nora.get(page)).text)).toMatch(
    /^info: Already completed by Ivo Marin on \d+ \w+ \d{4}/,
  );
});

test('of two simultaneous completions one succeeds, and the other names who did it', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const nora = await web.signIn(cast.nora.email);
  const answers = await Promise.all(
    [ivo, nora].map((admin) => admin.post(`${page}/completion`, { token: randomUUID() })),
  );
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const words = await Promise.all([ivo, nora].map(async (admin) => messagesOn((await admin.get(page)).text)));
  expect(words.sort()[0]).toMatch(/^info: Already completed by (Ivo Marin|Nora Keller) on /);
  expect(words[1]).toBe('success: Lena Brandt is now offboarded.');
  expect(
    await database.em.fork().count(AuditEntry, { userId: cast.lena.id, action: 'user.offboarded' }),
  ).toBe(1);
});

test('an asset assigned in another window refuses the completion and shows the fresh checklist', async () => {
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

test('a user without an end date is offboarded early', async () => {
  const { cast, ivo } = await begin();
  const page = `/offboarding/${cast.emil.id}`;
  expect((await ivo.get(page)).text).toContain(allClear);
  expect((await ivo.post(`${page}/completion`, { token: randomUUID() })).status).toBe(303);
  expect(await userById(database.em, cast.emil.id)).toMatchObject({ status: 'offboarded' });
});

test('a poll tells the admin who completed it of success, and others who did it', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const token = randomUUID();
  await ivo.post(`${page}/completion`, { token });
  const asked = async (admin: Browserlike) =>
    messagesOn((await admin.get(`${page}/answer?token=${token}`)).text);
  expect(await asked(ivo)).toBe('success: Lena Brandt is now offboarded.');
  const nora = await web.signIn(cast.nora.email);
  expect(await asked(nora)).toMatch(
    /^info: Already completed by Ivo Marin on \d+ \w+ \d{4}, [\d:]{5} UTC\.$/,
  );
  // The exact time is a press away, as everywhere else.
  const { text } = await nora.get(`${page}/answer?token=${token}`);
  const message = text.slice(text.indexOf('class="alert '), text.indexOf('Already completed by') + 1_000);
  expect(message).toMatch(
    /<button class="when[^>]+ popovertarget="(t\d+)"[\s\S]+<span class="exact-time" id="\1"/,
  );
  // A malformed token is ignored.
  expect((await ivo.get(`${page}/answer?token=x`)).status).toBe(200);
});
