import { expect, test } from 'vitest';
import { verifyCredentials } from '../../../database/access/credentials.ts';
import { makeSuperAdmin } from '../../../database/access/first-admin.ts';
import { createLink, peekLink } from '../../../database/access/one-time-links.ts';
import { personSignedIn } from '../../../database/access/sessions.ts';
import { createToken, findActiveToken, updateToken } from '../../../database/access/tokens.ts';
import { Notification, Offboarding, Session } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { changeOwner } from '../../../database/offboarding/handling/owner.ts';
import { userById } from '../../../database/people/users.ts';
import { castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { detailsOf } from '../people/people.ts';
import { provision, say, workEmail } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;

test('a deactivation ends sessions, links and tokens in its transaction, and nothing new begins', async () => {
  const { ada, ivo, lena, spare, license } = await makeCast(database);
  const fork = em.fork();
  fork.create(Session, { sid: 'ivo', sess: { userId: ivo.id }, expire: new Date(Date.now() + 3_600_000) });
  await fork.flush();
  const link = await createLink(em, { userId: ivo.id, purpose: 'invitation', actor: `user:${ada.id}` });
  const mine = await createToken(em, `user:${ivo.id}`, { name: 'mine', scopes: ['users:read'] });
  const scim = await createToken(em, `user:${ivo.id}`, { name: 'entra', scopes: ['scim'] });
  const command = await createToken(em, 'system', { name: 'command', scopes: ['users:read'] });
  await changeOwner(em, `user:${ada.id}`, lena.id, ivo.id);
  expect(await personSignedIn(em.fork(), ivo.id)).not.toBeNull();

  const { id } = await provision(database, { emails: workEmail(ivo.email) });
  await say(database, id, { active: false });

  expect(await em.fork().count(Session, { sid: 'ivo' })).toBe(0);
  expect(await personSignedIn(em.fork(), ivo.id)).toBeNull();
  expect(await verifyCredentials(em, ivo.email, castPassword)).toBeNull();
  expect(await peekLink(em.fork(), link)).toBeNull();
  expect(await findActiveToken(em.fork(), mine.value)).toBeNull();
  expect(await findActiveToken(em.fork(), scim.value)).toMatchObject({ name: 'entra' });
  expect(await findActiveToken(em.fork(), command.value)).toMatchObject({ name: 'command' });
  expect(await em.fork().find(Notification, { userId: ada.id, kind: 'tokens_ended' })).toMatchObject([
    { details: { tokens: ['mine'] } },
  ]);
  expect((await em.fork().findOneOrFail(Offboarding, { userId: lena.id })).ownerId ?? null).toBeNull();

  const inactive = { code: 'suspended', message: expect.stringContaining('inactive in the directory') };
  const by = `user:${ada.id}` as const;
  await expect(assignAsset(em, by, spare.id, ivo.id)).rejects.toMatchObject(inactive);
  await expect(assignSeat(em, by, license.id, ivo.id)).rejects.toMatchObject(inactive);
  await expect(createRequest(em, by, ivo.id, { item: 'Mouse', reason: '' })).rejects.toMatchObject(inactive);
  await expect(changeOwner(em, by, lena.id, ivo.id)).rejects.toMatchObject({ fields: expect.anything() });
  await expect(createLink(em, { userId: ivo.id, purpose: 'invitation', actor: by })).rejects.toMatchObject({
    code: 'may-not-sign-in',
  });

  // A token that gives up the scope is its maker's again.
  await updateToken(em, by, scim.token.id, { name: 'entra', scopes: ['users:read'] });
  expect(await findActiveToken(em.fork(), scim.value)).toBeNull();
});

test('the command line lets in whom the directory has locked out', async () => {
  const { nora } = await makeCast(database);
  const { id } = await provision(database, { emails: workEmail(nora.email) });
  await say(database, id, { active: false });
  await makeSuperAdmin(em, 'system', nora.email);
  expect(await personSignedIn(em.fork(), nora.id)).toMatchObject({ role: 'super-admin' });
  expect(await userById(em, nora.id)).toMatchObject({ directoryInactive: false });
  expect(await detailsOf(database, nora.id, 'user.access_restored')).toHaveLength(1);
});
