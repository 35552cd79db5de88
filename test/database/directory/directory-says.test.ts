import { beforeEach, describe, expect, test } from 'vitest';
import { hideAccount } from '../../../database/directory/accounts.ts';
import { heldDeactivations, releaseHeld } from '../../../database/directory/held.ts';
import { accountOfPerson } from '../../../database/directory/person-account.ts';
import { Notification, User } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { newcomerNotes } from '../../../database/people/newcomer-notes.ts';
import { createUser, updateUser, userById } from '../../../database/people/users.ts';
import { updateDirectoryLimit } from '../../../database/workspace/settings.ts';
import { todayIn } from '../../../domain/dates.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { complete } from '../../../testing/cast/former-employees.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { detailsOf, offboardingsOf } from '../people/people.ts';
import { idp, provision, say, workEmail } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;
const statesOf = async (userId: number) => (await offboardingsOf(database, userId)).map(({ state }) => state);

beforeEach(() =>
  updateDirectoryLimit(em, 'system', {
    directoryLimit: 'off',
    directoryLimitCount: 5,
    directoryLimitPercent: 2,
  }),
);

describe('inactive', () => {
  test('without an end date opens an offboarding that ends today in their zone', async () => {
    const { id, userId } = await provision(database, { timezone: 'Pacific/Kiritimati' });
    const account = await say(database, id, { active: false });
    expect(account.attributes.active).toBe(false);
    expect(await userById(em, userId)).toMatchObject({
      status: 'active',
      directoryInactive: true,
      endDate: todayIn('Pacific/Kiritimati', new Date()),
    });
    expect(await offboardingsOf(database, userId)).toMatchObject([
      { state: 'open', openedByDirectory: true },
    ]);
    expect(await accountOfPerson(em.fork(), userId)).toMatchObject({ isLeavingByDirectory: true });

    await say(database, id, { active: false });
    expect(await detailsOf(database, userId, 'account.deactivated')).toHaveLength(1);
  });

  test('with an end date ends the access and keeps the date', async () => {
    const { lena, lastDay } = await makeCast(database);
    const { id } = await provision(database, { emails: workEmail(lena.email) });
    await say(database, id, { active: false });
    expect(await userById(em, lena.id)).toMatchObject({ directoryInactive: true, endDate: lastDay });
    expect(await offboardingsOf(database, lena.id)).toMatchObject([{ openedByDirectory: false }]);
  });

  test('keeps the day of someone who is marked offboarded without a date', async () => {
    const { id, userId } = await provision(database);
    await updateUser(em, 'token:hr', userId, { status: 'offboarded' });
    await say(database, id, { active: false });
    expect((await userById(em, userId)).endDate ?? null).toBeNull();
    await say(database, id, { active: true });
    expect(await statesOf(userId)).toEqual(['open']);
  });

  test('of somebody new opens nothing', async () => {
    const { userId } = await provision(database, { active: false });
    expect(await statesOf(userId)).toEqual([]);
    expect((await userById(em, userId)).directoryInactive).toBe(true);
  });

  test('of a person who starts later ends on the first day', async () => {
    const userId = await createUser(em, 'token:hr', {
      name: 'Later',
      externalId: 'L-1',
      startDate: '2199-01-01',
    });
    const { id } = await provision(database, { employeeNumber: 'L-1' });
    await say(database, id, { active: false });
    expect((await userById(em, userId)).endDate).toBe('2199-01-01');
  });

  test('of a person whom the directory adds before the first day opens nothing', async () => {
    const joiner = { name: 'Joiner', externalId: 'J-1', startDate: '2199-01-01' };
    const userId = await createUser(em, 'token:hr', joiner);
    const { id } = await provision(database, { employeeNumber: 'J-1', active: false });
    expect(await statesOf(userId)).toEqual([]);
    expect(await userById(em, userId)).toMatchObject({ directoryInactive: true });
    await say(database, id, { active: true });
    expect(await userById(em, userId)).toMatchObject({ directoryInactive: false });
    await say(database, id, { active: false });
    expect(await statesOf(userId)).toEqual(['open']);
  });

  test('of the last super-admin keeps the view and the access, and notifies them', async () => {
    const { ada, nora } = await makeCast(database);
    await em.fork().nativeUpdate(User, { role: 'super-admin', id: { $ne: ada.id } }, { role: 'admin' });
    const { id } = await provision(database, { emails: workEmail(ada.email) });
    const account = await say(database, id, { active: false });
    expect(account.attributes.active).toBe(false);
    expect(await userById(em, ada.id)).toMatchObject({ directoryInactive: false });
    expect(await statesOf(ada.id)).toEqual([]);
    expect(
      await em.fork().find(Notification, { userId: ada.id, kind: 'directory_last_super_admin' }),
    ).toMatchObject([{ aboutUserId: ada.id }]);

    expect(await releaseHeld(em, `user:${ada.id}`, [ada.id])).toBe(0);
    await em.fork().nativeUpdate(User, { id: nora.id }, { role: 'super-admin' });
    expect(await releaseHeld(em, `user:${nora.id}`, [ada.id])).toBe(1);
    expect(await userById(em, ada.id)).toMatchObject({ directoryInactive: true });
    expect((await heldDeactivations(em.fork())).total).toBe(0);
  });

  test('by a deletion too, and the userName is free', async () => {
    const { id, userId } = await provision(database, { userName: 'freed', externalId: 'freed-1' });
    await hideAccount(em, idp, id);
    expect(await userById(em, userId)).toMatchObject({ directoryInactive: true, inDirectory: false });
    expect(await statesOf(userId)).toEqual(['open']);
    const other = await provision(database, { userName: 'FREED' });
    expect(other.userId).not.toBe(userId);

    const again = await provision(database, { userName: 'returned', externalId: 'freed-1' });
    expect(again).toMatchObject({ id, userId, attributes: { active: true, userName: 'returned' } });
    expect(await statesOf(userId)).toEqual(['cancelled']);
    expect(await userById(em, userId)).toMatchObject({ directoryInactive: false, inDirectory: true });
  });
});

describe('active', () => {
  test('cancels an offboarding that the directory alone opened', async () => {
    const { id, userId } = await provision(database);
    await say(database, id, { active: false });
    const { attributes } = await say(database, id, { active: true });
    expect(attributes.active).toBe(true);
    expect(await statesOf(userId)).toEqual(['cancelled']);
    expect(await userById(em, userId)).toMatchObject({ directoryInactive: false });
    expect((await userById(em, userId)).endDate ?? null).toBeNull();
    expect(await detailsOf(database, userId, 'account.activated')).toEqual([{ isCancelled: true }]);
  });

  test.each([
    ['another date', '2099-01-01'],
    ['no other date', null],
  ])('flips the view when HR or an admin has stated %s since', async (_, endDate) => {
    const { id, userId } = await provision(database);
    await say(database, id, { active: false });
    if (endDate === null) await em.fork().nativeUpdate(User, { id: userId }, { hrStated: ['endDate'] });
    else await setEndDate(em, 'user:1', userId, endDate);
    await say(database, id, { active: true });
    expect(await statesOf(userId)).toEqual(['open']);
    expect((await userById(em, userId)).directoryInactive).toBe(false);
    expect(await accountOfPerson(em.fork(), userId)).toMatchObject({ active: true, isActiveLeaver: true });
  });

  test('after the completion changes the view alone, and asks whether they were hired again', async () => {
    const userId = await createUser(em, 'token:hr', {
      name: 'Gone',
      externalId: 'G-1',
      email: 'gone@x.example',
    });
    const { id } = await provision(database, {
      externalId: 'gone-1',
      emails: workEmail('gone@x.example'),
      displayName: 'Gone',
    });
    await complete(database, userId);
    expect(await accountOfPerson(em.fork(), userId)).toMatchObject({ isActiveAgain: false });
    const { revision } = await userById(em, userId);

    await say(database, id, { active: false, title: 'Anything' });
    expect(await accountOfPerson(em.fork(), userId)).toMatchObject({ active: false, isActiveAgain: false });
    await say(database, id, { active: true });
    expect(await accountOfPerson(em.fork(), userId)).toMatchObject({ active: true, isActiveAgain: true });
    expect(await statesOf(userId)).toEqual(['completed']);
    expect(await userById(em, userId)).toMatchObject({ status: 'offboarded', revision });

    for (const known of [{ externalId: 'gone-1' }, { externalId: 'gone-1', employeeNumber: 'G-1' }]) {
      expect(await provision(database, known)).toMatchObject({ id, userId });
    }
  });

  test('a known employee number after the completion is the same person, an address alone is not', async () => {
    const fields = { name: 'Left', externalId: 'LEFT-1', email: 'left@x.example' };
    const userId = await createUser(em, 'token:hr', fields);
    await complete(database, userId);
    const another = await provision(database, { emails: workEmail('left@x.example') });
    expect(another.userId).not.toBe(userId);
    expect(await newcomerNotes(em.fork(), another.userId)).toEqual([expect.stringContaining('Left')]);
    const same = await provision(database, { employeeNumber: 'left-1' });
    expect(same.userId).toBe(userId);
    expect(await accountOfPerson(em.fork(), userId)).toMatchObject({ isActiveAgain: true });
  });
});

test('a call sends a fixed number of statements', async () => {
  const { id, userId } = await provision(database);
  const deactivation = await statementsOf(() => say(database, id, { active: false }));
  const activation = await statementsOf(() => say(database, id, { active: true }));
  const change = await statementsOf(() => say(database, id, { title: 'Another' }));
  const nothing = await statementsOf(() => say(database, id, { title: 'Another' }));
  const addition = await statementsOf(() => provision(database));
  expect((await userById(em, userId)).jobTitle).toBe('Another');
  const counts = [deactivation, activation, change, nothing, addition].map(({ length }) => length);
  expect(counts).toEqual([18, 12, 10, 7, 13]);
});
