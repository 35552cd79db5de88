import { beforeEach, describe, expect, test } from 'vitest';
import { verifyCredentials } from '../../../database/access/credentials.ts';
import { ensureFirstAdmin, makeSuperAdmin } from '../../../database/access/first-admin.ts';
import { createLink, useLink } from '../../../database/access/one-time-links.ts';
import { Mail, Notification, User } from '../../../database/entities/index.ts';
import { waitingMail } from '../../../database/mail/mails.ts';
import { patchUser, putUser } from '../../../database/people/upsert-user.ts';
import { peopleNamedExactly } from '../../../database/people/user-list.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { complete } from '../../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

/** Someone who could sign in, and left. */
let jan: { id: number; email: string; externalId: string };
/** The number of the newcomer, who gets the address of `jan`. */
let jana: number;
let link: string;

beforeEach(async () => {
  const { emil } = await makeCast(database);
  jan = emil;
  link = await createLink(em, { userId: jan.id, purpose: 'invitation', actor: 'system' });
  const fork = em.fork();
  fork.create(Notification, { userId: jan.id, kind: 'import_ended', details: {} });
  fork.create(Mail, { userId: jan.id, kind: 'reminders' });
  await fork.flush();
  await complete(database, jan.id);
  jana = await createUser(em, 'token:hr', { name: 'Jana Smit', email: jan.email.toUpperCase() });
});

describe('a newcomer with the address of someone who has left (R12)', () => {
  test('inherits neither the password nor a link', async () => {
    expect(await verifyCredentials(em, jan.email, castPassword)).toBeNull();
    expect(await em.fork().transactional((transaction) => useLink(transaction, link))).toBeNull();
    const [row] = await em.fork().execute('select password_hash from users where id = ?', [jana]);
    expect(row).toEqual({ password_hash: null });
  });

  test('inherits neither notifications nor queued mail', async () => {
    expect(await em.fork().count(Notification, { userId: jana })).toBe(0);
    expect(await em.fork().count(Mail, { userId: jana })).toBe(0);
    const mail = await em.fork().findOneOrFail(Mail, { userId: jan.id, kind: 'reminders' });
    expect(await waitingMail(em, mail.id, 1)).toMatchObject({ receiver: null });
  });

  test('is the one whom the address finds, for every look-up', async () => {
    expect((await peopleNamedExactly(em, jan.email)).map(({ id }) => id)).toEqual([jana]);
    expect(await ensureFirstAdmin(em, { email: jan.email, password: 'three dull knives' })).toBe(false);
    expect(await makeSuperAdmin(em, 'system', jan.email)).toBe(jana);
  });

  test('is a new super-admin when no one has the address any more', async () => {
    await updateUser(em, 'system', jana, { email: 'jana@x.example' });
    const made = await makeSuperAdmin(em, 'system', jan.email);
    expect([jan.id, jana]).not.toContain(made);
    expect(await em.fork().findOneOrFail(User, { id: jan.id })).toMatchObject({ role: 'employee' });
  });

  test('leaves the calls of HR about the one who has left as they were', async () => {
    const call = { name: 'Emil Novák', email: jan.email, department: 'Engineering' };
    const { warnings } = await em
      .fork()
      .transactional((transaction) => patchUser(transaction, 'token:hr', jan.externalId, call));
    expect(warnings).toEqual([]);
    await updateUser(em, 'system', jana, { email: 'jana2@x.example' });
    const added = await em
      .fork()
      .transactional((transaction) => putUser(transaction, 'token:hr', `${jan.externalId}-2`, call));
    expect(added).toMatchObject({ created: true, user: { email: jan.email } });
    await updateUser(em, 'system', added.user.id, { email: null });
  });
});
