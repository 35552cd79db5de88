import { beforeEach, expect, test } from 'vitest';
import { createLink, peekLink } from '../../../database/access/one-time-links.ts';
import { changeRole } from '../../../database/access/roles.ts';
import { createToken, findActiveToken } from '../../../database/access/tokens.ts';
import { AuditEntry, Notification, Session, User } from '../../../database/entities/index.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

let cast: Cast;
beforeEach(async () => {
  // Only the super-admin of this test's cast counts.
  await em.fork().nativeUpdate(User, { role: 'super-admin' }, { role: 'employee' });
  cast = await makeCast(database);
});

test('a changed role is recorded and ends the person’s sessions', async () => {
  const { ada, emil } = cast;
  const fork = em.fork();
  fork.create(Session, { sid: 'emil', sess: { userId: emil.id }, expire: new Date(Date.now() + 60_000) });
  await fork.flush();
  const link = await createLink(em, { userId: emil.id, purpose: 'invitation', actor: `user:${ada.id}` });

  await changeRole(em, `user:${ada.id}`, emil.id, 'it-admin');

  expect((await userById(em, emil.id)).role).toBe('it-admin');
  expect(await em.fork().find(AuditEntry, { userId: emil.id, action: 'user.role_changed' })).toMatchObject([
    { actor: `user:${ada.id}`, details: { from: 'employee', to: 'it-admin' } },
  ]);
  expect(await em.fork().count(Session, { sid: 'emil' })).toBe(0);
  expect(await peekLink(em.fork(), link)).toBeNull();
});

test('demoting a super-admin revokes their tokens and notifies the other super-admins', async () => {
  const { ada, emil } = cast;
  await changeRole(em, `user:${ada.id}`, emil.id, 'super-admin');
  const { value } = await createToken(em, `user:${emil.id}`, {
    name: `of ${emil.id}`,
    scopes: ['users:write'],
  });

  await changeRole(em, `user:${ada.id}`, emil.id, 'employee');

  expect(await findActiveToken(em.fork(), value)).toBeNull();
  expect(await em.fork().find(Notification, { userId: ada.id, kind: 'tokens_ended' })).toMatchObject([
    { aboutUserId: emil.id, details: { tokens: [`of ${emil.id}`] } },
  ]);
});

test('the same role changes nothing', async () => {
  const { ada, emil } = cast;
  const { revision } = await userById(em, emil.id);
  await changeRole(em, `user:${ada.id}`, emil.id, 'employee');
  expect((await userById(em, emil.id)).revision).toBe(revision);
});

test('the last super-admin can be neither demoted nor suspended nor marked offboarded', async () => {
  const { ada } = cast;
  const last = { code: 'last-super-admin' };
  await expect(changeRole(em, `user:${ada.id}`, ada.id, 'admin')).rejects.toMatchObject(last);
  await expect(updateUser(em, 'token:hr', ada.id, { status: 'suspended' })).rejects.toMatchObject(last);
  await expect(updateUser(em, 'token:hr', ada.id, { status: 'offboarded' })).rejects.toMatchObject(last);
});

test('a suspended super-admin does not count', async () => {
  const { ada, emil } = cast;
  await changeRole(em, `user:${ada.id}`, emil.id, 'super-admin');
  await updateUser(em, 'token:hr', emil.id, { status: 'suspended' });
  await expect(changeRole(em, `user:${ada.id}`, ada.id, 'admin')).rejects.toMatchObject({
    code: 'last-super-admin',
  });
});

test('concurrently demoting one super-admin and suspending the other leaves one', async () => {
  const { ada, emil } = cast;
  for (let round = 0; round < 10; round++) {
    await em.fork().nativeUpdate(User, { id: [ada.id, emil.id] }, { role: 'super-admin', status: 'active' });
    const outcomes = await Promise.allSettled([
      changeRole(em, `user:${ada.id}`, emil.id, 'admin'),
      // By HR, because a user demoted meanwhile may not suspend anyone.
      updateUser(em, 'token:hr', ada.id, { status: 'suspended' }),
    ]);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toMatchObject([
      { reason: { code: 'last-super-admin' } },
    ]);
    expect(await em.fork().count(User, { role: 'super-admin', status: 'active' })).toBe(1);
  }
});

test('an offboarded person gets no role', async () => {
  const { ada, emil } = cast;
  await updateUser(em, 'token:hr', emil.id, { status: 'offboarded' });
  await expect(changeRole(em, `user:${ada.id}`, emil.id, 'admin')).rejects.toMatchObject({
    code: 'already-offboarded',
  });
});
