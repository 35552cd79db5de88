import { beforeEach, describe, expect, test } from 'vitest';
import { importById } from '../../../database/imports/imports.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';
import { type Setup, setUpUploads, uploaded } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
let ivo: Browserlike;
beforeEach(async () => {
  ({ cast, nora } = await setUpUploads(own.database, web));
  ivo = await web.signIn(cast.ivo.email);
});

describe('access to imports', () => {
  test('an it-admin imports assets and licenses, and sees no import of people', async () => {
    const users = await uploaded(nora, 'users', csvOf(['email', 'department'], [cast.emil.email, 'X']));
    const assets = await uploaded(ivo, 'assets', csvOf(['tag', 'location'], [cast.spare.tag, 'Porto']));
    await uploaded(ivo, 'licenses', csvOf(['license', 'seats'], [cast.license.name, 4]));
    const list = (await ivo.get('/imports')).text;
    expect(list).toContain(`href="/imports/${assets}"`);
    expect(list).not.toContain(`href="/imports/${users}"`);
    expect(list).not.toContain('/imports/users/new');
    for (const path of ['/imports/users/new', `/imports/${users}`, `/imports/${users}/errors.csv`]) {
      expect((await ivo.get(path)).status, path).toBe(403);
    }
    for (const path of [`/imports/${users}/start`, `/imports/${users}/cancellation`]) {
      expect((await ivo.post(path)).status, path).toBe(403);
    }
    expect((await ivo.upload('/imports/users', { bytes: 'email\na@x.example' })).status).toBe(403);
    expect((await importById(em, users)).state).toBe('ready');
  });

  test('an employee sees no import', async () => {
    const emil = await web.signIn(cast.emil.email);
    for (const path of ['/imports', '/imports/assets/new']) expect((await emil.get(path)).status).toBe(403);
    expect((await emil.upload('/imports/assets', { bytes: 'tag\nx' })).status).toBe(403);
  });

  test('an upload from another site is refused', async () => {
    const answer = await nora.post('/imports/users', {}, { 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(403);
  });
});
