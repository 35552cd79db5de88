import { expect, test } from 'vitest';
import {
  accountById,
  createAccount,
  hideAccount,
  listAccounts,
} from '../../../database/directory/accounts.ts';
import { decideAddress, decidePerson, questions } from '../../../database/directory/decisions.ts';
import {
  DirectoryAccount,
  DirectoryQuestion,
  HeldDeactivation,
  User,
} from '../../../database/entities/index.ts';
import { erasePerson } from '../../../database/people/erasure.ts';
import { mergePeople } from '../../../database/people/merging/merge.ts';
import { createUser, userById } from '../../../database/people/users.ts';
import { AccountConflict } from '../../../domain/directory/account.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { closeSent, complete } from '../../../testing/cast/former-employees.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { offboardingsOf } from '../people/people.ts';
import { idp, provision, say, saying, workEmail } from './directory.ts';

const { database } = await ownDatabase();
const { em } = database;

// The limit of deactivations has tests of its own.
await em.getConnection().execute("update workspace set directory_limit = 'off'");

let people = 0;
const known = (fields = {}) => createUser(em, 'token:hr', { name: `Known ${++people}`, ...fields });

test('an account is matched by its link, then HR’s id, then the address, in any case', async () => {
  const byNumber = await known({ externalId: 'W-1', email: 'w1@x.example' });
  const byAddress = await known({ email: 'w2@x.example' });
  const first = await provision(database, { externalId: 'W-link', employeeNumber: 'w-1' });
  expect(first.userId).toBe(byNumber);
  expect(await provision(database, { emails: workEmail('W2@X.example') })).toMatchObject({
    userId: byAddress,
  });
  expect(await provision(database, { externalId: 'w-LINK', userName: 'renamed' })).toMatchObject({
    id: first.id,
    attributes: { userName: 'renamed', externalId: 'w-LINK' },
  });
  const added = await provision(database, { employeeNumber: 'W-NEW', displayName: 'Ann New' });
  expect(await userById(em, added.userId)).toMatchObject({
    externalId: 'W-NEW',
    name: 'Ann New',
    hrStated: [],
  });
});

test('a taken userName is a conflict that asks nobody, and changes nothing', async () => {
  const one = await provision(database, { userName: 'Taken' });
  const other = await provision(database, { userName: 'other', title: 'Before' });
  await expect(provision(database, { userName: 'TAKEN' })).rejects.toBeInstanceOf(AccountConflict);
  await expect(say(database, other.id, { userName: 'taken', title: 'After' })).rejects.toMatchObject({
    scimType: 'uniqueness',
    candidates: [],
  });
  expect(await accountById(em.fork(), other.id)).toEqual(other);
  expect(await accountById(em.fork(), one.id)).toEqual(one);
  expect((await questions(em.fork(), 'person')).rows).toEqual([]);
});

test('two hits ask an admin, whose decision the next call finds', async () => {
  const [one, two] = [await known({ externalId: 'T-1' }), await known({ email: 't2@x.example' })];
  const stated = saying({
    userName: 't.wo',
    externalId: 'T-link',
    employeeNumber: 'T-1',
    emails: workEmail('t2@x.example'),
  });
  const before = await em.fork().count(User);
  for (let call = 0; call < 2; call++)
    await expect(createAccount(em, idp, stated)).rejects.toMatchObject({ candidates: [one, two] });
  expect(await em.fork().count(User)).toBe(before);
  const {
    rows: [question, ...more],
  } = await questions(em.fork(), 'person');
  expect(more).toEqual([]);
  expect(question).toMatchObject({
    kind: 'person',
    userName: 't.wo',
    candidates: [{ id: one }, { id: two }],
  });

  await expect(decidePerson(em, 'user:1', question!.id, 1_000_000)).rejects.toMatchObject({
    code: 'not-a-candidate',
  });
  await decidePerson(em, 'user:1', question!.id, two);
  expect((await questions(em.fork(), 'person')).rows).toEqual([]);
  expect(await createAccount(em, idp, stated)).toMatchObject({ userId: two });
  expect(await createAccount(em, idp, stated)).toMatchObject({ userId: two });
});

test("a new person by an admin's decision gets no address and no id of others", async () => {
  const one = await known({ externalId: 'N-1', email: 'n1@x.example' });
  await provision(database, { employeeNumber: 'N-1' });
  const stated = saying({ userName: 'adm-n1', employeeNumber: 'N-1', emails: workEmail('n1@x.example') });
  await expect(createAccount(em, idp, stated)).rejects.toMatchObject({ candidates: [one] });
  const {
    rows: [question],
  } = await questions(em.fork(), 'person');
  await expect(decidePerson(em, 'user:1', question!.id, one)).rejects.toMatchObject({ code: 'has-account' });
  await decidePerson(em, 'user:1', question!.id, null);
  const account = await createAccount(em, idp, stated);
  expect(account.userId).not.toBe(one);
  const added = await userById(em, account.userId);
  expect([added.email ?? null, added.externalId ?? null]).toEqual([null, null]);
  expect(account.attributes).toMatchObject({ employeeNumber: 'N-1', emails: [{ value: 'n1@x.example' }] });
});

test('concurrent calls about one person make one account', async () => {
  const stated = saying({
    userName: 'race@x.example',
    externalId: 'race',
    emails: workEmail('race@x.example'),
  });
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => createAccount(em, idp, stated)));
  const made = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []));
  expect(new Set(made).size).toBe(1);
  for (const answer of answers)
    if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(AccountConflict);
  expect(await em.fork().count(User, { email: 'race@x.example' })).toBe(1);
  expect(await em.fork().count(DirectoryAccount, { externalId: 'race' })).toBe(1);
});

test('the address of someone with a role changes only when a super-admin agrees', async () => {
  const { ada, ivo } = await makeCast(database);
  const { id } = await provision(database, { userName: 'ivo', emails: workEmail(ivo.email) });
  for (const [isAccepted, address] of [
    [false, 'ivo.no@x.example'],
    [true, 'ivo.yes@x.example'],
  ] as const) {
    await say(database, id, { emails: workEmail(address) });
    expect((await userById(em, ivo.id)).email).toBe(ivo.email);
    const {
      rows: [question],
    } = await questions(em.fork(), 'address');
    expect(question).toMatchObject({ email: address, candidates: [{ id: ivo.id }] });
    await decideAddress(em, `user:${ada.id}`, question!.id, isAccepted);
  }
  expect((await userById(em, ivo.id)).email).toBe('ivo.yes@x.example');
});

test('the question about an address is the directory’s last word', async () => {
  const { ivo } = await makeCast(database);
  const { id } = await provision(database, { userName: 'ivo.b', emails: workEmail(ivo.email) });
  const asked = async () => {
    const open = await em
      .fork()
      .find(DirectoryQuestion, { kind: 'address', candidates: { $contains: [ivo.id] } });
    return open.map(({ email }) => email);
  };
  await say(database, id, { emails: workEmail('ivo.c@x.example'), userName: 'ivo.c' });
  await say(database, id, { emails: workEmail('ivo.d@x.example'), userName: 'ivo.d' });
  expect(await asked()).toEqual(['ivo.d@x.example']);
  await say(database, id, { emails: workEmail(ivo.email) });
  expect(await asked()).toEqual([]);
});

test.each([
  ['userName', saying({ userName: 'x'.repeat(256) })],
  ['userName', saying({ userName: ' ' })],
  ['title', saying({ userName: 'bad-1', title: 'Two\nlines' })],
  ['emails', saying({ userName: 'bad-2', emails: workEmail('no address') })],
  ['name.givenName', saying({ userName: 'bad-3', name: { ...saying({}).name, givenName: 'x'.repeat(201) } })],
])('a %s that cannot be stored is invalid', async (attribute, stated) => {
  const error = await createAccount(em, idp, stated).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInput);
  expect(Object.keys(error.fields)).toEqual([attribute]);
});

test('accounts are listed in a stable order by one statement', async () => {
  const added: string[] = [];
  for (let number = 0; number < 3; number++) added.push((await provision(database)).id);
  let page: Awaited<ReturnType<typeof listAccounts>> | undefined;
  const { total } = await listAccounts(em.fork(), { offset: 0, limit: 0 });
  const sent = await statementsOf(async () => {
    page = await listAccounts(em.fork(), { offset: total - 3, limit: 2 });
  });
  expect(sent).toHaveLength(1);
  expect(page!.accounts.map(({ id }) => id)).toEqual(added.slice(0, 2));
  expect(page!.total).toBe(total);
});

test('a merge moves the account, and says of two accounts that they are one person', async () => {
  const [gone, kept] = [await known({ email: 'm1@x.example' }), await known({ email: 'm2@x.example' })];
  const account = await provision(database, {
    userName: 'm1',
    externalId: 'm-1',
    emails: workEmail('m1@x.example'),
  });
  expect(account.userId).toBe(gone);
  await mergePeople(em, 'system', gone, kept);
  expect(await accountById(em.fork(), account.id)).toMatchObject({ userId: kept });
  expect(await provision(database, { externalId: 'm-1' })).toMatchObject({ id: account.id, userId: kept });

  const third = await provision(database, { userName: 'm3', externalId: 'm-3' });
  await mergePeople(em, 'system', third.userId, kept);
  expect(await accountById(em.fork(), third.id)).toBeNull();
  await expect(provision(database, { userName: 'm3', externalId: 'm-3' })).rejects.toMatchObject({
    candidates: [kept],
  });
  expect(await userById(em, kept)).toMatchObject({ inDirectory: true });
});

test('a merge keeps who stated the end date', async () => {
  const leaving = async () => {
    const account = await provision(database);
    await say(database, account.id, { active: false });
    return account;
  };
  const kept = await leaving();
  const hrsDate = await known({ externalId: 'M-1', endDate: '2199-05-04', hrStated: ['name', 'endDate'] });
  await mergePeople(em, 'system', hrsDate, kept.userId);
  expect(await userById(em, kept.userId)).toMatchObject({ endDate: '2199-05-04', hrStated: ['endDate'] });
  await say(database, kept.id, { active: true });
  expect(await offboardingsOf(database, kept.userId)).toMatchObject([{ state: 'open' }]);

  const hrs = await known({ externalId: 'M-2' });
  const gone = await leaving();
  await mergePeople(em, 'system', gone.userId, hrs);
  expect(await offboardingsOf(database, hrs)).toMatchObject([{ state: 'open', openedByDirectory: true }]);
  await say(database, gone.id, { active: true });
  expect(await offboardingsOf(database, hrs)).toMatchObject([{ state: 'cancelled' }]);
});

test('a merge keeps one of two deactivations that wait', async () => {
  const [gone, kept] = [await provision(database), await provision(database)];
  await hideAccount(em, idp, kept.id);
  const fork = em.fork();
  for (const { userId } of [gone, kept]) fork.create(HeldDeactivation, { userId, reason: 'limit' });
  await fork.flush();
  await mergePeople(em, 'system', gone.userId, kept.userId);
  expect(
    await em.fork().find(HeldDeactivation, { userId: { $in: [gone.userId, kept.userId] } }),
  ).toMatchObject([{ userId: kept.userId }]);
});

test('an erasure removes what the directory stated, in every table', async () => {
  const account = await provision(database, {
    userName: 'zebulon.q',
    externalId: 'zeb-1',
    employeeNumber: 'ZEB',
    displayName: 'Zebulon Quimby',
    emails: workEmail('zebulon@x.example'),
  });
  const { ivo } = await makeCast(database);
  await em
    .fork()
    .execute('insert into leaver_notes (user_id, author_id, text) values (?, ?, ?)', [
      ivo.id,
      ivo.id,
      'Ask zebulon.q about it',
    ]);
  await complete(database, account.userId);
  await closeSent(database);
  await erasePerson(em, 'system', account.userId);
  for (const table of [
    'users',
    'identities',
    'directory_accounts',
    'directory_questions',
    'audit_entries',
    'leaver_notes',
  ]) {
    const [row] = await em.fork().execute(`select count(*) from ${table} t where t::text ilike '%zebulon%'`);
    expect([table, Number(row!.count)]).toEqual([table, 0]);
  }
  const later = await provision(database, { externalId: 'zeb-1', employeeNumber: 'ZEB' });
  expect(later.userId).not.toBe(account.userId);
});
