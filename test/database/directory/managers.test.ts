import { expect, test } from 'vitest';
import { accountById } from '../../../database/directory/accounts.ts';
import { User } from '../../../database/entities/index.ts';
import { userById } from '../../../database/people/users.ts';
import type { Account } from '../../../domain/directory/account.ts';
import { complete } from '../../../testing/cast/former-employees.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { detailsOf } from '../people/people.ts';
import { provision, say } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;
const managerOf = async (userId: number) => (await userById(em, userId)).managerId ?? null;

test('a manager is named by the account, the external id, the userName or HR’s id', async () => {
  const boss = await provision(database, {
    userName: 'boss',
    externalId: 'b-1',
    employeeNumber: 'B1',
    displayName: 'Boss',
  });
  for (const manager of [boss.id, 'B-1', 'BOSS', 'b1']) {
    const report = await provision(database, { manager });
    expect(await managerOf(report.userId)).toBe(boss.userId);
    expect(report).toMatchObject({
      attributes: { manager },
      managerAccount: { id: boss.id, displayName: 'Boss' },
    });
  }
});

test('an unknown manager is kept, and joined by one statement when they come', async () => {
  const reports: Account[] = [];
  for (let number = 0; number < 5; number++)
    reports.push(await provision(database, { manager: 'late-boss' }));
  expect(reports[0]).toMatchObject({ attributes: { manager: 'late-boss' }, managerAccount: null });
  expect(await managerOf(reports[0]!.userId)).toBeNull();
  await em.fork().nativeUpdate(User, { id: reports[4]!.userId }, { hrStated: ['manager'] });

  let boss: Awaited<ReturnType<typeof provision>> | undefined;
  const sent = await statementsOf(async () => {
    boss = await provision(database, { userName: 'Late-Boss', manager: reports[3]!.id });
  });
  expect(sent.filter((statement) => /update users u set manager_id/.test(statement))).toHaveLength(1);
  const managers = await Promise.all(reports.map(({ userId }) => managerOf(userId)));
  // The fourth one is the newcomer's own manager, and HR has stated who manages the fifth.
  expect(managers).toEqual([boss!.userId, boss!.userId, boss!.userId, null, null]);
  expect(await detailsOf(database, reports[0]!.userId, 'user.manager_changed')).toEqual([
    { from: null, to: boss!.userId },
  ]);
  expect(await accountById(em.fork(), reports[0]!.id)).toMatchObject({ managerAccount: { id: boss!.id } });
});

test('a circle, the person themselves and someone who has left are stored as none', async () => {
  const one = await provision(database, { userName: 'circle-1' });
  const two = await provision(database, { userName: 'circle-2', manager: one.id });
  expect(await managerOf(two.userId)).toBe(one.userId);
  for (const manager of [two.id, one.id]) {
    expect(await say(database, one.id, { manager })).toMatchObject({ attributes: { manager } });
    expect(await managerOf(one.userId)).toBeNull();
  }
  const gone = await provision(database);
  await complete(database, gone.userId);
  expect(await say(database, two.id, { manager: gone.id })).toMatchObject({ managerAccount: null });
  expect(await managerOf(two.userId)).toBeNull();
});

test('concurrent calls make no circle', async () => {
  const [one, two] = [await provision(database), await provision(database)];
  await Promise.all([say(database, one.id, { manager: two.id }), say(database, two.id, { manager: one.id })]);
  expect([await managerOf(one.userId), await managerOf(two.userId)].filter((id) => id !== null)).toHaveLength(
    1,
  );
});
