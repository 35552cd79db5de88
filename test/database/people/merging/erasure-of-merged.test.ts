import { expect, test } from 'vitest';
import { erasePerson } from '../../../../database/people/erasure.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { createUser, updateUser } from '../../../../database/people/users.ts';
import { closeSent, complete } from '../../../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const count = async (statement: string, text: string) => {
  const [row] = await em.fork().execute(statement, [`%${text}%`]);
  return Number(row!.count);
};

test('(R23) erasing a person erases their merged records, with every name and address', async () => {
  const married = { name: 'Donna Newname', email: 'donna.new@halden.example' };
  const gone = await createUser(em, 'token:hr', { name: 'Donna Oldname', email: 'donna.old@halden.example' });
  await updateUser(em, 'token:hr', gone, { jobTitle: 'Archivist' });
  const kept = await createUser(em, 'token:hr', { ...married, externalId: 'D-1' });
  await mergePeople(em, 'system', gone, kept);
  await complete(database, kept);
  await closeSent(database);
  await expect(em.fork().execute('select erase_from_trail(1000000)')).rejects.toThrow('only a person');
  expect(await erasePerson(em, 'system', kept)).toBe(true);
  for (const text of ['Oldname', 'Newname', 'donna.', 'Archivist']) {
    expect(await count('select count(*) from users u where u::text like ?', text)).toBe(0);
    expect(await count('select count(*) from identities i where i::text like ?', text)).toBe(0);
    expect(await count('select count(*) from audit_entries e where e::text like ?', text)).toBe(0);
    expect(await count('select count(*) from webhook_events e where e::text like ?', text)).toBe(0);
  }
  const [row] = await em.fork().execute('select name, erased_at from users where id = ?', [gone]);
  expect(row).toEqual({ name: `Former employee #${gone}`, erased_at: expect.anything() });
});
