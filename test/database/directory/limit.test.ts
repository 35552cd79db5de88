import { beforeEach, expect, test } from 'vitest';
import { connect } from '../../../database/core/orm.ts';
import { changeAccount } from '../../../database/directory/accounts.ts';
import { dismissHeld, heldDeactivations, releaseHeld } from '../../../database/directory/held.ts';
import {
  DirectoryAccount,
  HeldDeactivation,
  Notification,
  Session,
  User,
} from '../../../database/entities/index.ts';
import { userById } from '../../../database/people/users.ts';
import { updateDirectoryLimit } from '../../../database/workspace/settings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { complete } from '../../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { offboardingsOf } from '../people/people.ts';
import { idp, provision, say, workEmail } from './directory.ts';

const { database, url } = await ownDatabase();
const { em } = database;

const limit = (directoryLimitCount: number, directoryLimitPercent = 100) =>
  updateDirectoryLimit(em, 'system', { directoryLimit: 'on', directoryLimitCount, directoryLimitPercent });

const isLeaving = async (userId: number) =>
  (await offboardingsOf(database, userId)).some(({ state }) => state === 'open');
const several = (number: number) => Promise.all(Array.from({ length: number }, () => provision(database)));

/** Forgets the deactivations of other tests. */
beforeEach(async () => {
  await em.fork().nativeUpdate(DirectoryAccount, {}, { deactivatedAt: null });
  await em.fork().nativeDelete(HeldDeactivation, {});
  await em.fork().nativeDelete(Notification, {});
});

test('permits one person of 3 and of 20, 2 % of 51, and never more than five', async () => {
  await limit(5, 2);
  for (const [size, deactivated, permitted] of [
    [3, 3, 1],
    [20, 2, 1],
    [51, 3, 2],
    [300, 6, 5],
  ] as const) {
    await em.fork().nativeUpdate(DirectoryAccount, {}, { deactivatedAt: null });
    await em.fork().nativeDelete(HeldDeactivation, {});
    const people = await several(deactivated);
    const added = size - (await em.fork().count(User));
    await em
      .fork()
      .execute("insert into users (name) select 'Colleague' from generate_series(1, ?)", [added]);
    expect(await em.fork().count(User)).toBe(size);
    for (const { id } of people) await say(database, id, { active: false });
    expect([size, await em.fork().count(HeldDeactivation)]).toEqual([size, deactivated - permitted]);
  }
});

test('does not count people who have left already', async () => {
  await limit(1);
  const [one, two, three] = await several(3);
  for (const { userId } of [one!, two!]) await complete(database, userId);
  for (const { id } of [one!, two!, three!]) await say(database, id, { active: false });
  expect(await isLeaving(three!.userId)).toBe(true);
});

test('counts exactly over two processes, and takes back nothing', async () => {
  const { ada } = await makeCast(database);
  await limit(3);
  const people = await several(12);
  const other = await connect(url);
  const deactivate = ({ id }: { id: string }, index: number) =>
    changeAccount((index % 2 === 0 ? database : other).em, idp, id, (stated) => ({
      ...stated,
      active: false,
    }));
  const answers = await Promise.all(people.map(deactivate)).finally(() => other.close());

  expect(answers.every(({ attributes }) => !attributes.active)).toBe(true);
  const leaving = await Promise.all(people.map(({ userId }) => isLeaving(userId)));
  expect(leaving.filter(Boolean)).toHaveLength(3);
  const { rows: held } = await heldDeactivations(em.fork());
  expect(held).toHaveLength(9);
  expect(held[0]).toMatchObject({ name: expect.any(String), reason: 'limit', heldBy: idp, hasAccess: false });
  // The access of everyone has ended, and the super-admins are notified once.
  expect(
    await em.fork().count(User, { id: { $in: people.map(({ userId }) => userId) }, directoryInactive: true }),
  ).toBe(12);
  expect(await em.fork().count(Notification, { kind: 'directory_limited', userId: ada.id })).toBe(1);

  const [first, second, ...rest] = held.map(({ id }) => id);
  expect(await releaseHeld(em, `user:${ada.id}`, [first!])).toBe(1);
  expect(await isLeaving(first!)).toBe(true);
  expect(await dismissHeld(em, `user:${ada.id}`, [second!])).toBe(1);
  expect(await isLeaving(second!)).toBe(false);
  expect(await releaseHeld(em, `user:${ada.id}`, new Date())).toBe(rest.length);
  expect(await heldDeactivations(em.fork())).toMatchObject({ rows: [], total: 0 });
});

test('of an activation withdraws what waits', async () => {
  await limit(0);
  const { id, userId } = await provision(database);
  await say(database, id, { active: false });
  expect((await heldDeactivations(em.fork())).rows).toMatchObject([{ id: userId }]);
  await say(database, id, { active: true });
  expect(await heldDeactivations(em.fork())).toMatchObject({ rows: [], total: 0 });
  expect(await userById(em, userId)).toMatchObject({ directoryInactive: false });
  expect(await offboardingsOf(database, userId)).toEqual([]);
});

test('a super-admin beyond it keeps the access until another one agrees', async () => {
  const [{ ada }, { ada: other }] = [await makeCast(database), await makeCast(database)];
  const fork = em.fork();
  fork.create(Session, { sid: 'kept', sess: { userId: other.id }, expire: new Date(Date.now() + 3_600_000) });
  await fork.flush();
  await limit(0);
  const { id } = await provision(database, { emails: workEmail(other.email) });
  await say(database, id, { active: false });
  expect((await heldDeactivations(em.fork())).rows).toMatchObject([{ id: other.id, hasAccess: true }]);
  expect(await em.fork().count(Session, { sid: 'kept' })).toBe(1);
  await releaseHeld(em, `user:${ada.id}`, new Date());
  expect(await em.fork().count(Session, { sid: 'kept' })).toBe(0);
  expect(await userById(em, other.id)).toMatchObject({ directoryInactive: true });
});

test('ends after ten minutes, and is off when the workspace says so', async () => {
  await limit(1);
  const [one, two, three] = await several(3);
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  const deactivate = (id: string, now: Date) =>
    changeAccount(em, idp, id, (stated) => ({ ...stated, active: false }), undefined, now);
  await deactivate(one!.id, at(0));
  await deactivate(two!.id, at(9));
  await deactivate(three!.id, at(21));
  const leaving = await Promise.all([one!, two!, three!].map(({ userId }) => isLeaving(userId)));
  expect(leaving).toEqual([true, false, true]);

  await updateDirectoryLimit(em, 'system', {
    directoryLimit: 'off',
    directoryLimitCount: 0,
    directoryLimitPercent: 0,
  });
  const { id, userId } = await provision(database);
  await say(database, id, { active: false });
  expect(await isLeaving(userId)).toBe(true);
});
