import { expect, test } from 'vitest';
import { verifyCredentials } from '../../../database/access/credentials.ts';
import {
  ensureFirstAdmin,
  firstAdminMaySignIn,
  makeSuperAdmin,
} from '../../../database/access/first-admin.ts';
import { AuditEntry, User } from '../../../database/entities/index.ts';
import { updateUser } from '../../../database/people/users.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const password = 'three dull knives';

const userWith = (email: string) => em.fork().findOneOrFail(User, { email });

test('the first admin of the environment can sign in and is a super-admin', async () => {
  const email = 'first.admin@lastday.example';
  expect(await ensureFirstAdmin(em, { email, password })).toBe(true);
  const user = await userWith(email);
  expect(user).toMatchObject({ name: 'First Admin', role: 'super-admin', status: 'active' });
  expect(await verifyCredentials(em, email, password)).toBe(user.id);
  expect(await em.fork().findOne(AuditEntry, { userId: user.id, action: 'user.created' })).toMatchObject({
    actor: 'system',
  });
});

test('an existing user with the address keeps role and password', async () => {
  const { emil } = await makeCast(database);
  expect(await ensureFirstAdmin(em, { email: emil.email.toUpperCase(), password })).toBe(false);
  expect(await userWith(emil.email)).toMatchObject({ role: 'employee' });
  expect(await verifyCredentials(em, emil.email, castPassword)).toBe(emil.id);
});

test('a super-admin without a password gets it, so that the sign-in of the environment works', async () => {
  const email = 'invited@lastday.example';
  const id = await makeSuperAdmin(em, 'system', email);
  expect(await firstAdminMaySignIn(em, { email, password })).toBe(false);
  expect(await ensureFirstAdmin(em, { email, password })).toBe(true);
  expect(await firstAdminMaySignIn(em, { email, password })).toBe(true);
  expect(await verifyCredentials(em, email, password)).toBe(id);
  expect(await em.fork().count(AuditEntry, { userId: id, action: 'user.password_set' })).toBe(1);
  expect(await ensureFirstAdmin(em, { email, password: 'four sharp knives' })).toBe(false);
  expect(await firstAdminMaySignIn(em, { email, password: 'four sharp knives' })).toBe(false);
});

test('two processes that start concurrently create one admin', async () => {
  const email = 'twice@lastday.example';
  const made = await Promise.all([1, 2].map(() => ensureFirstAdmin(em, { email, password })));
  expect(made.toSorted()).toEqual([false, true]);
});

test('a weak password is refused and creates no user', async () => {
  const email = 'weak@lastday.example';
  await expect(ensureFirstAdmin(em, { email, password: 'password1234' })).rejects.toBeInstanceOf(
    InvalidInput,
  );
  expect(await em.fork().count(User, { email })).toBe(0);
});

test('an address creates a super-admin without a password, once', async () => {
  const id = await makeSuperAdmin(em, 'system', 'a@b.c');
  expect(await makeSuperAdmin(em, 'system', 'A@b.c')).toBe(id);
  expect(await userWith('a@b.c')).toMatchObject({ id, role: 'super-admin', name: 'A' });
  expect(await verifyCredentials(em, 'a@b.c', '')).toBeNull();
});

test('promoting an employee records the former role', async () => {
  const { emil } = await makeCast(database);
  expect(await makeSuperAdmin(em, 'system', emil.email)).toBe(emil.id);
  const [entry] = await em.fork().find(AuditEntry, { userId: emil.id, action: 'user.role_changed' });
  expect(entry!.details).toEqual({ from: 'employee', to: 'super-admin' });
});

test.each(['suspended', 'offboarded'] as const)(
  'a user who is %s is not made a super-admin',
  async (status) => {
    const { ada, emil } = await makeCast(database);
    await updateUser(em, `user:${ada.id}`, emil.id, { status });
    await expect(makeSuperAdmin(em, 'system', emil.email)).rejects.toThrow(`${emil.email} is ${status}`);
    expect(await userWith(emil.email)).toMatchObject({ role: 'employee' });
  },
);
