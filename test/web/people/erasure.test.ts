import { expect, test } from 'vitest';
import { AuditEntry, User, Workspace } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { makeFormerEmployee } from '../../../testing/cast/former-employees.ts';
import { subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const cast = await makeCast(own.database);
const ada = await web.signIn(cast.ada.email);

test('(R23) a super-admin erases a former employee after a confirmation, with plain forms', async () => {
  const gone = await makeFormerEmployee(own.database);
  const address = `/users/${gone.id}/erasure`;
  expect((await ada.get(`/users/${gone.id}`)).text).toContain(`href="${address}"`);
  const question = await ada.get(address);
  expect(question.status).toBe(200);
  expect(question.text).toContain(`Erase <bdi>${gone.name}</bdi>'s data?`);
  expect(question.text).toContain(`Former employee #${gone.id}`);
  expect(await em.fork().findOneOrFail(User, { id: gone.id })).toMatchObject({ name: gone.name });

  const { status, location } = await ada.post(address);
  expect([status, location]).toEqual([303, `/users/${gone.id}`]);
  const shown = await ada.get(`/users/${gone.id}`);
  expect(messagesOn(shown.text)).toBe(
    `success: Data erased. This person is now Former employee #${gone.id}.`,
  );
  expect(shown.text).not.toContain(`/users/${gone.id}/edit`);
  for (const page of [shown.text, (await ada.get(`/audit?user=${gone.id}`)).text]) {
    expect(page).toContain(`Former employee #${gone.id}`);
    for (const text of [gone.name, gone.email, 'Accountant']) expect(page).not.toContain(text);
  }
  expect((await ada.get(address)).location).toBe(`/users/${gone.id}`);
  await ada.post(address);
  expect(messagesOn((await ada.get(`/users/${gone.id}`)).text)).toContain('already erased');
  expect(await em.fork().count(AuditEntry, { userId: gone.id, action: 'user.erased' })).toBe(1);
});

test('(R23) other roles see no button and may not erase', async () => {
  const gone = await makeFormerEmployee(own.database);
  for (const { email } of [cast.nora, cast.ivo]) {
    const browser = await web.signIn(email);
    expect((await browser.get(`/users/${gone.id}`)).text).not.toContain('/erasure');
    expect((await browser.get(`/users/${gone.id}/erasure`)).status).toBe(403);
    expect((await browser.post(`/users/${gone.id}/erasure`)).status).toBe(403);
  }
  expect(await em.fork().findOneOrFail(User, { id: gone.id })).toMatchObject({ name: gone.name });
});

test('(R23) a refusal says what to do first', async () => {
  const staying = await ada.post(`/users/${cast.emil.id}/erasure`);
  expect(staying.status).toBe(409);
  expect(messagesOn(staying.text)).toBe("danger: You can only erase offboarded people's data.");
  const gone = await makeFormerEmployee(own.database);
  await subscribe(own.database);
  const { id } = await makeFormerEmployee(own.database, { managerId: cast.emil.id });
  await own.database.em.getConnection().execute(`update mails set state = 'pending', closed_at = null`);
  const pending = await ada.post(`/users/${id}/erasure`);
  expect(pending.status).toBe(409);
  expect(messagesOn(pending.text)).toContain('An email to or about this person is still pending.');
  expect((await ada.post(`/users/${gone.id}/erasure`)).status).toBe(303);
});

test.each([
  ['12', 303, 12],
  ['', 303, null],
  ['0', 422, undefined],
  ['121', 422, undefined],
  ['soon', 422, undefined],
])('(R23) erasing after %o months: %i', async (months, expected, stored) => {
  const answer = await ada.post('/settings/workspace/erasure', { eraseAfterMonths: months });
  expect(answer.status).toBe(expected);
  const page = expected === 303 ? await ada.get('/settings/workspace') : answer;
  expect(page.text).toContain(`value="${months}"`);
  if (expected === 422) expect(page.text).toContain('Enter 1 to 120 months');
  else
    expect(await em.fork().findOneOrFail(Workspace, { id: 1 })).toMatchObject({ eraseAfterMonths: stored });
});
