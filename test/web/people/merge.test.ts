import { expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { User } from '../../../database/entities/index.ts';
import { createUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt } from '../../../testing/web/api.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const cast = await makeCast(own.database);
const nora = await web.signIn(cast.nora.email);

test('an admin finds the record that stays, and sees what will move, with plain forms (R11)', async () => {
  const { lena, emil, lastDay } = cast;
  const address = `/users/${lena.id}/merge`;
  expect((await nora.get(`/users/${lena.id}`)).text).toContain(`href="${address}"`);
  const search = await nora.get(`${address}?person=${encodeURIComponent(emil.name)}`);
  expect(search.text).toContain(`href="${address}?into=${emil.id}"`);
  const question = await nora.get(`${address}?into=${emil.id}`);
  expect(question.text).toContain('Merge <bdi>Lena Brandt</bdi> into <bdi>Emil Novák</bdi>?');
  for (const words of ['1 device', '1 seat', '1 open request', '2 direct reports', 'gets the end date'])
    expect(question.text).toContain(words);
  expect(await em.fork().findOneOrFail(User, { id: lena.id })).toMatchObject({ mergedInto: null });

  const merged = await nora.post(address, { into: String(emil.id) });
  expect([merged.status, merged.location]).toEqual([303, `/users/${emil.id}`]);
  const shown = await nora.get(`/users/${emil.id}`);
  expect(messagesOn(shown.text)).toContain('success: Lena Brandt was merged into Emil Novák.');
  expect(shown.text).toContain(`${lena.externalId}, ${lena.email}`);
  expect(await em.fork().findOneOrFail(User, { id: emil.id })).toMatchObject({ endDate: lastDay });
});

test('a merged record is in no list, and its pages lead to the one that stays (R11)', async () => {
  const { lena, emil } = cast;
  for (const path of ['', '/edit', '/merge']) {
    expect((await nora.get(`/users/${lena.id}${path}`)).location).toBe(`/users/${emil.id}${path}`);
  }
  for (const path of ['', '/completion']) {
    expect((await nora.get(`/offboarding/${lena.id}${path}`)).location).toBe(
      `/offboarding/${emil.id}${path}`,
    );
  }
  const row = `href="/users/${lena.id}"`;
  const lists = [
    '/users?q=Lena',
    '/offboarding?window=180',
    '/offboarding?view=other',
    '/requests/new?person=Lena',
  ];
  for (const list of lists) expect((await nora.get(list)).text).not.toContain(row);
  expect((await nora.get(`/audit?user=${emil.id}`)).text).toContain('merged the person into another record');
  const late = await nora.post(`/users/${lena.id}/end-date`, { endDate: '' });
  expect(late.status).toBe(409);
  expect(late.text).toContain('Lena Brandt was merged into another record.');
});

test('the API answers with the one that stays (R11)', async () => {
  const { lena, emil } = cast;
  const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:read', 'users:write'] });
  const call = apiAt(web.address, value);
  const read = await call('GET', `/users/${lena.externalId}`);
  expect(read.json).toMatchObject({ id: emil.id, externalId: emil.externalId });
  expect((await call('GET', `/users?id=${lena.id}`)).json.items).toMatchObject([{ id: emil.id }]);
  expect((await call('GET', `/users?externalId=${lena.externalId}`)).json.items).toMatchObject([
    { id: emil.id },
  ]);
  const all = (await call('GET', '/users?limit=100')).json.items.map(({ id }: { id: number }) => id);
  expect(all).not.toContain(lena.id);
  await call('PATCH', `/users/${lena.externalId}`, { body: { jobTitle: 'Head' } });
  expect(await em.fork().findOneOrFail(User, { id: emil.id })).toMatchObject({ jobTitle: 'Head' });
});

test('a refusal says why, and keeps the choice', async () => {
  const { timo, ivo } = cast;
  const refused = await nora.post(`/users/${timo.id}/merge`, { into: String(ivo.id) });
  expect(refused.status).toBe(409);
  expect(messagesOn(refused.text)).toBe('danger: Only a super admin can merge a person with an admin role.');
  expect(refused.text).toContain(`name="into" value="${ivo.id}"`);
  expect((await nora.post(`/users/${timo.id}/merge`, {})).status).toBe(422);
  expect((await nora.post(`/users/${timo.id}/merge`, { into: String(timo.id) })).status).toBe(409);
});

test('a new person with a known name gets a note, and so does the page of the leaver (R11)', async () => {
  const added = await nora.post('/users', { name: 'ROSA DÍAZ', endDate: '2099-01-31' });
  const shown = await nora.get(added.location!);
  expect(messagesOn(shown.text)).toContain(`Someone else has this name: Rosa Díaz (${cast.rosa.email}).`);
  const leaver = await nora.get(added.location!.replace('/users/', '/offboarding/'));
  expect(leaver.text).toContain('Someone else has this name:');
  expect(leaver.text).toContain(`href="/users/${cast.rosa.id}"`);
  const other = await createUser(em, 'system', { name: 'Someone Unique' });
  expect((await nora.get(`/offboarding/${other}`)).text).not.toContain('Someone else has this name');
});
