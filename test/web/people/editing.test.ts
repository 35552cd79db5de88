import { beforeEach, describe, expect, test } from 'vitest';
import { userById } from '../../../database/people/users.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { createOffboardedUser, offboardingOf, type Setup, setUpAdmin } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpAdmin(own.database, web));
});

describe('an edited user', () => {
  test('shows the stored values, and keeps fields that the form omits', async () => {
    const { text } = await nora.get(`/users/${cast.lena.id}/edit`);
    expect(text).toContain(`value="Mira Holt &lt;${cast.mira.email}&gt;"`);
    expect(text).toContain('value="Team Lead"');

    const { status, location } = await nora.post(`/users/${cast.lena.id}`, { jobTitle: 'Principal' });
    expect([status, location]).toEqual([303, `/users/${cast.lena.id}`]);
    expect(await userById(em, cast.lena.id)).toMatchObject({
      jobTitle: 'Principal',
      managerId: cast.mira.id,
      endDate: cast.lastDay,
      department: 'Engineering',
    });
  });

  test('has an audit entry with old and new values', async () => {
    await nora.post(`/users/${cast.lena.id}`, { jobTitle: 'Principal', department: '' });
    const { text } = await (await web.signIn(cast.ivo.email)).get(`/audit?user=${cast.lena.id}`);
    expect(text).toContain('department Engineering removed · job title changed from Team Lead to Principal');
  });

  test('loses values that the form clears', async () => {
    await nora.post(`/users/${cast.lena.id}`, { department: '', manager: '', endDate: '' });
    const lena = await userById(em, cast.lena.id);
    expect([lena.department, lena.managerId, lena.endDate]).toEqual([null, null, null]);
    expect(await offboardingOf(own.database, cast.lena.id)).toMatchObject({ state: 'cancelled' });
  });

  test('who is suspended is signed out at once', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    expect((await ivo.get('/me')).status).toBe(200);
    await nora.post(`/users/${cast.ivo.id}`, { status: 'suspended' });
    expect((await ivo.get('/me')).location).toMatch(/^\/sign-in/);
    await expect(web.signIn(cast.ivo.email)).rejects.toThrow('could not sign in');
  });

  test('cannot get an offboarded manager', async () => {
    const { status, text } = await nora.post(`/users/${cast.emil.id}`, {
      managerId: String(await createOffboardedUser(own.database)),
    });
    expect(status).toBe(409);
    expect(text).toContain('is offboarded. Choose someone else.');
  });

  test('who is offboarded keeps their status, and the form says why', async () => {
    const id = await createOffboardedUser(own.database);
    expect((await nora.get(`/users/${id}/edit`)).text).toContain('end date, status and manager can');
    const { status, text } = await nora.post(`/users/${id}`, { status: 'active', name: 'Typed Name' });
    expect(status).toBe(409);
    expect(text).toContain('be undone. Rehiring');
    expect(text).toContain('value="Typed Name"');
    expect((await nora.post(`/users/${id}`, { name: 'New Name' })).status).toBe(303);
  });
});
