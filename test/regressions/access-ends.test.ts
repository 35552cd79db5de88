import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createLink } from '../../database/access/one-time-links.ts';
import { createToken } from '../../database/access/tokens.ts';
import { Request, User } from '../../database/entities/index.ts';
import { type Cast, castPassword, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { apiAt } from '../../testing/web/api.ts';
import { consoleWithEngine } from '../../testing/web/console.ts';
import type { Browserlike } from '../../testing/web/web.ts';

// A fault of other products: a leaver keeps access.

const { database, em, engine, web } = await consoleWithEngine();
beforeAll(() => engine.startWorker());

/** Lena with every kind of access: a session, an API token, an invitation and a sign-in link. */
async function withEveryAccess() {
  const cast = await makeCast(database);
  const { lena } = cast;
  await em.fork().nativeUpdate(User, { id: lena.id }, { role: 'super-admin' });
  const { value } = await createToken(em, `user:${lena.id}`, {
    name: `feed of ${lena.id}`,
    scopes: ['users:read', 'users:write', 'assets:write', 'requests:write'],
  });
  const link = (purpose: 'invitation' | 'sign-in') =>
    createLink(em, { userId: lena.id, purpose, actor: 'system' });
  return {
    cast,
    session: await web.signIn(lena.email),
    call: apiAt(web.address, value),
    links: [await link('invitation'), await link('sign-in')],
  };
}
type Access = Awaited<ReturnType<typeof withEveryAccess>>;

async function expectAllWork({ session, call, cast }: Access) {
  expect((await session.get('/users')).status).toBe(200);
  expect((await call('GET', `/users/${cast.emil.externalId}`)).status).toBe(200);
}

async function expectAllEnded({ cast, session, call, links }: Access) {
  const { lena, emil, spare } = cast;
  // The old session, for reading, requests, new users and tokens.
  for (const path of ['/', '/me', '/users', '/settings/tokens'])
    expect((await session.get(path)).location, path).toMatch(/^\/sign-in/);
  for (const [path, fields] of [
    ['/requests', { userId: String(lena.id), item: 'Monitor' }],
    ['/users', { name: 'New', email: `new.${lena.id}@lastday.example` }],
    ['/settings/tokens', { name: 'another', scopes: 'users:read' }],
    [`/users/${emil.id}/invitation`, {}],
  ] as const)
    expect((await session.post(path, fields)).location, path).toMatch(/^\/sign-in/);
  // The token, for reading, changing and assigning.
  expect((await call('GET', `/users/${emil.externalId}`)).status).toBe(401);
  expect((await call('PATCH', `/users/${emil.externalId}`, { body: { jobTitle: 'x' } })).status).toBe(401);
  const taking = { body: { userExternalId: emil.externalId } };
  expect((await call('POST', `/assets/${spare.tag}/assignment`, taking)).status).toBe(401);
  // A sign-in with the right password.
  const signingIn = await web.stranger().post('/session', { email: lena.email, password: castPassword });
  expect(signingIn.status).toBe(422);
  // Unused links.
  for (const link of links) {
    expect((await web.stranger().get(`/invitation/${link}`)).status).toBe(404);
    const used = await web.stranger().post(`/invitation/${link}`, { password: 'seven quiet herons' });
    expect(used.status).toBe(404);
  }
}

/** Expects that other users cannot restore access or give the leaver items. */
async function expectNothingNew({ lena, ada, emil, spare, license }: Cast, isCompleted: boolean) {
  const { value } = await createToken(em, 'system', {
    name: `hr ${lena.id}`,
    scopes: ['users:write', 'assets:write', 'seats:write', 'requests:write'],
  });
  const hr = apiAt(web.address, value);
  const path = `/users/${lena.externalId}`;
  expect((await hr('POST', `${path}/requests`, { body: { item: 'Monitor' } })).status).toBe(409);
  expect((await hr('POST', `${path}/seats`, { body: { licenseId: license.id } })).status).toBe(409);
  const toLena = { body: { userExternalId: lena.externalId } };
  expect((await hr('POST', `/assets/${spare.tag}/assignment`, toLena)).status).toBe(409);
  const admin: Browserlike = await web.signIn(ada.email);
  expect((await admin.post(`/users/${lena.id}/invitation`)).status).toBe(409);
  expect((await admin.post('/requests', { userId: String(lena.id), item: 'Monitor' })).status).toBe(409);
  expect(await em.fork().count(Request, { userId: lena.id, status: 'pending' })).toBe(0);
  if (!isCompleted) return;
  expect((await admin.post(`/users/${lena.id}/role`, { role: 'admin' })).status).toBe(409);
  expect((await hr('PATCH', path, { body: { status: 'active' } })).status).toBe(409);
  // The nightly sync does not restore an offboarded manager.
  await hr('PATCH', `/users/${emil.externalId}`, { body: { managerExternalId: lena.externalId } });
  expect((await em.fork().findOneOrFail(User, { id: emil.id })).managerId).toBeNull();
}

describe("a leaver's access", () => {
  test('ends with the completion', async () => {
    const access = await withEveryAccess();
    const { cast } = access;
    await expectAllWork(access);
    await clearChecklist(database, cast);
    const ivo = await web.signIn(cast.ada.email);
    const completed = await ivo.post(`/offboarding/${cast.lena.id}/completion`, { token: randomUUID() });
    expect(completed.status).toBe(303);
    await expectAllEnded(access);
    await expectNothingNew(cast, true);
  });

  test.each(['offboarded', 'suspended'])(
    'ends when HR sets %s, although items are still out',
    async (status) => {
      const access = await withEveryAccess();
      const { cast } = access;
      const { value } = await createToken(em, 'system', {
        name: `hr of ${cast.lena.id}`,
        scopes: ['users:write'],
      });
      const hr = apiAt(web.address, value);
      await expectAllWork(access);
      expect((await hr('PATCH', `/users/${cast.lena.externalId}`, { body: { status } })).status).toBe(200);
      await em.fork().nativeUpdate(Request, { id: cast.requestId }, { status: 'rejected' });
      await expectAllEnded(access);
      await expectNothingNew(cast, false);
    },
  );
});
