import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTransaction } from '../../../database/core/transaction.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import {
  type DesiredUser,
  type NewDesiredUser,
  patchUser,
  putUser,
} from '../../../database/people/upsert-user.ts';
import { userById } from '../../../database/people/users.ts';
import { emailInUse } from '../../../domain/wording/refusals.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { offboardingsOf } from '../people/people.ts';
import { provision, say, workEmail } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;
const hr = 'token:hr';
const patch = (externalId: string, desired: DesiredUser) =>
  inTransaction(em, (transaction) => patchUser(transaction, hr, externalId, desired));
const put = (externalId: string, desired: NewDesiredUser) =>
  inTransaction(em, (transaction) => putUser(transaction, hr, externalId, desired));

test('a field is the directory’s until HR states it, and HR’s after that', async () => {
  const { id, userId } = await provision(database, {
    employeeNumber: 'F-1',
    displayName: 'Said First',
    department: 'First',
    title: 'First',
    timezone: 'Europe/Paris',
  });
  await say(database, id, { department: 'Second' });
  expect((await userById(em, userId)).department).toBe('Second');

  await patch('F-1', { name: 'Stated', department: 'Stated', timeZone: null });
  expect(await userById(em, userId)).toMatchObject({
    name: 'Stated',
    hrStated: ['name', 'department'],
    timeZone: 'Europe/Paris',
  });
  const stated = { displayName: 'Said', department: 'Third', title: 'Third', timezone: 'Asia/Tokyo' };
  expect(await say(database, id, stated)).toMatchObject({ attributes: stated });
  expect(await userById(em, userId)).toMatchObject({
    name: 'Stated',
    department: 'Stated',
    jobTitle: 'Third',
    timeZone: 'Asia/Tokyo',
  });

  await patch('F-1', { department: null });
  await say(database, id, { department: 'Fourth' });
  await patch('F-1', { department: null });
  expect(await userById(em, userId)).toMatchObject({ department: 'Fourth', hrStated: ['name'] });
});

test('HR’s first PUT finds somebody of the directory by the address', async () => {
  const { userId } = await provision(database, { emails: workEmail('f0@x.example'), title: 'Lead' });
  const { created, user } = await put('F-0', { name: 'Eff Zero', email: 'F0@x.example' });
  expect({ created, user }).toMatchObject({
    created: false,
    user: { id: userId, externalId: 'F-0', name: 'Eff Zero', jobTitle: 'Lead' },
  });
});

test('HR’s first PUT finds a person that the directory adds at the same time', async () => {
  const { answer } = await em.fork().transactional(async (directory) => {
    await directory.execute(
      "insert into users (name, email, in_directory) values ('Eff Both', 'both@x.example', true)",
    );
    const answer = put('F-BOTH', { name: 'Eff Both', email: 'Both@x.example' });
    answer.catch(() => {});
    await pause(100);
    return { answer };
  });
  expect(await answer).toMatchObject({ created: false, user: { externalId: 'F-BOTH' } });
  await expect(put('F-OTHER', { name: 'Other', email: 'both@x.example' })).rejects.toMatchObject({
    fields: { email: emailInUse },
  });
});

test('PUT of HR empties nothing that only the directory has stated', async () => {
  const { userId } = await provision(database, {
    employeeNumber: 'F-2',
    title: 'Lead',
    emails: workEmail('f2@x.example'),
  });
  const { warnings } = await put('F-2', { name: 'Eff Two', department: 'Sales' });
  expect(warnings).toEqual([]);
  expect(await userById(em, userId)).toMatchObject({
    name: 'Eff Two',
    jobTitle: 'Lead',
    email: 'f2@x.example',
    department: 'Sales',
  });
});

test('another address from HR is a warning while the directory has an account', async () => {
  const { userId } = await provision(database, { employeeNumber: 'F-3', emails: workEmail('f3@x.example') });
  const { warnings } = await patch('F-3', { email: 'hr@x.example', jobTitle: 'Stored' });
  expect(warnings).toMatchObject([{ field: 'email' }]);
  expect((await patch('F-3', { email: 'F3@x.example' })).warnings).toEqual([]);
  expect(await userById(em, userId)).toMatchObject({ email: 'f3@x.example', jobTitle: 'Stored' });
});

test('the date of a deactivation gives way to a date of HR, and not to none', async () => {
  const { id, userId } = await provision(database, { employeeNumber: 'F-4' });
  await say(database, id, { active: false });
  expect((await patch('F-4', { endDate: null })).warnings).toMatchObject([{ field: 'endDate' }]);
  expect(await offboardingsOf(database, userId)).toMatchObject([{ state: 'open', openedByDirectory: true }]);

  await patch('F-4', { endDate: '2099-05-04' });
  await say(database, id, { active: true });
  expect(await userById(em, userId)).toMatchObject({ endDate: '2099-05-04', directoryInactive: false });
  await patch('F-4', { endDate: null });
  expect(await offboardingsOf(database, userId)).toMatchObject([{ state: 'cancelled' }]);
});

test('a file states fields too, also those that it does not change', async () => {
  await updateImportSettings(em, 'system', { dateFormat: 'YYYY-MM-DD', brakeCount: 1000, brakePercent: 100 });
  const files = importing(database, 'system');
  const same = await provision(database, {
    employeeNumber: 'F-5',
    displayName: 'Eff Five',
    department: 'Sales',
  });
  const other = await provision(database, {
    employeeNumber: 'F-6',
    emails: workEmail('f6@x.example'),
    title: 'Lead',
  });
  const run = await files.run(
    'users',
    csvOf(
      ['externalId', 'name', 'email', 'department', 'jobTitle'],
      ['F-5', 'Eff Five', '', 'Sales', ''],
      ['F-6', 'Eff Six', 'hr6@x.example', 'Legal', ''],
      ['F-7', 'Eff Seven', 'f7@x.example', '', 'Chief'],
    ),
  );
  expect(await userById(em, same.userId)).toMatchObject({ hrStated: ['name', 'department'] });
  expect(await userById(em, other.userId)).toMatchObject({
    hrStated: ['name', 'department'],
    department: 'Legal',
    jobTitle: 'Lead',
    email: 'f6@x.example',
  });
  const warned = (await files.lines(run, 'warnings')).map(({ line, warnings }) => [line, warnings[0]!.field]);
  expect(warned).toEqual([[3, 'email']]);
  const added = await provision(database, { employeeNumber: 'F-7', title: 'Said', department: 'Said' });
  expect(await userById(em, added.userId)).toMatchObject({ jobTitle: 'Chief', department: 'Said' });
});
