import { beforeEach, describe, expect, test } from 'vitest';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { type Setup, setUpAdmin } from './setup.ts';

const own = await ownDatabase();
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpAdmin(own.database, web));
});

describe('a record', () => {
  test('shows profile, manager, reports, items and a link to the checklist', async () => {
    const { text } = await nora.get(`/users/${cast.lena.id}`);
    for (const shown of [
      cast.lena.email,
      cast.lena.externalId,
      `href="/users/${cast.mira.id}"`,
      `href="/users/${cast.rosa.id}"`,
      `href="/users/${cast.timo.id}"`,
      `href="/assets/${cast.laptop.id}"`,
      `href="/licenses/${cast.license.id}"`,
      `href="/requests/${cast.requestId}"`,
      `href="/offboarding/${cast.lena.id}"`,
      'Second monitor',
    ]) {
      expect(text, shown).toContain(shown);
    }
  });

  test('of an unknown user is a 404', async () => {
    for (const id of ['999999', '0', 'abc', '99999999999', '%00']) {
      expect((await nora.get(`/users/${id}`)).status, id).toBe(404);
    }
    expect((await nora.post('/users/999999', { name: '' })).status).toBe(404);
    expect((await nora.post('/users/999999/end-date', { endDate: 'nonsense' })).status).toBe(404);
  });

  test('is read-only for it-admins, and closed to employees', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    const { text, status } = await ivo.get(`/users/${cast.lena.id}`);
    expect(status).toBe(200);
    expect(text).not.toContain('/end-date');
    for (const path of [`/users/${cast.lena.id}/end-date`, `/users/${cast.lena.id}`, '/users']) {
      expect((await ivo.post(path, { endDate: '' })).status, path).toBe(403);
    }
    expect((await ivo.get('/users/new')).status).toBe(403);

    const emil = await web.signIn(cast.emil.email);
    expect((await emil.get('/users')).status).toBe(403);
    expect((await emil.get(`/users/${cast.emil.id}`)).status).toBe(403);
  });
});
