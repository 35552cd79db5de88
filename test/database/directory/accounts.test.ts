import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { accountById, hideAccount, listAccounts } from '../../../database/directory/accounts.ts';
import { userById } from '../../../database/people/users.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { idp, provision, say, workEmail } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;

test('an account is given back as it was stated', async () => {
  const account = await provision(database, {
    userName: 'Lena.Brandt',
    displayName: '  Lena Brandt ',
    emails: workEmail('lena@idp.example'),
    title: 'Lead',
    timezone: 'Nowhere/Else',
    costCenter: '4711',
  });
  expect(account).toMatchObject({
    version: 1,
    attributes: {
      userName: 'Lena.Brandt',
      displayName: 'Lena Brandt',
      timezone: 'Nowhere/Else',
      costCenter: '4711',
    },
  });
  expect(await accountById(em.fork(), account.id)).toEqual(account);
  expect(await userById(em, account.userId)).toMatchObject({
    name: 'Lena Brandt',
    email: 'lena@idp.example',
    jobTitle: 'Lead',
    inDirectory: true,
  });

  const changed = await say(database, account.id, { title: 'Head' });
  expect(changed).toMatchObject({ version: 2, attributes: { title: 'Head' } });
  expect(await say(database, account.id, { title: 'Head' })).toEqual(changed);
  expect((await userById(em, account.userId)).jobTitle).toBe('Head');

  await hideAccount(em, idp, account.id);
  expect(await accountById(em.fork(), account.id)).toBeNull();
  expect((await listAccounts(em.fork(), { offset: 0, limit: 9 })).total).toBe(0);
});

test('a deletion checks the version under the lock', async () => {
  const { id, userId } = await provision(database);
  const refuseOthers = (version: number) => {
    if (version !== 1) throw new Error('changed meanwhile');
  };
  const deletion = await em.fork().transactional(async (other) => {
    await other.execute('select id from users where id = ? for update', [userId]);
    const deleting = hideAccount(em, idp, id, refuseOthers).then(
      () => 'deleted',
      (error) => error.message,
    );
    await pause(100);
    await other.execute('update directory_accounts set version = 2 where id = ?', [id]);
    return { deleting };
  });
  expect(await deletion.deleting).toBe('changed meanwhile');
  expect(await accountById(em.fork(), id)).toMatchObject({ version: 2 });
});
