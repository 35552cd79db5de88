import { expect, test } from 'vitest';
import { createLink, peekLink, useLink } from '../../../database/access/one-time-links.ts';
import { AuditEntry, OneTimeLink, User } from '../../../database/entities/index.ts';
import { updateUser } from '../../../database/people/users.ts';
import { Refusal } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const { ada, emil } = await makeCast(database);

const linkFor = (userId: number, purpose: 'invitation' | 'sign-in' = 'invitation', now = new Date()) =>
  createLink(em, { userId, purpose, actor: `user:${ada.id}` }, now);

const hoursLater = (hours: number) => new Date(Date.now() + hours * 3_600_000);

test('a link works once', async () => {
  const value = await linkFor(emil.id);
  expect(await peekLink(em.fork(), value)).toMatchObject({ user: { id: emil.id }, purpose: 'invitation' });
  expect(await peekLink(em.fork(), value)).not.toBeNull();
  expect(await useLink(em.fork(), value)).toMatchObject({ id: emil.id });
  expect(await useLink(em.fork(), value)).toBeNull();
  expect(await peekLink(em.fork(), value)).toBeNull();
});

test('of ten concurrent clicks one succeeds', async () => {
  const value = await linkFor(emil.id);
  const answers = await Promise.all(Array.from({ length: 10 }, () => useLink(em.fork(), value)));
  expect(answers.filter((user) => user !== null)).toHaveLength(1);
});

test('a transaction that fails leaves the link unused', async () => {
  const value = await linkFor(emil.id);
  const failing = em.fork().transactional(async (transaction) => {
    await useLink(transaction, value);
    throw new Error('the password was refused');
  });
  await expect(failing).rejects.toThrow('the password was refused');
  expect(await useLink(em.fork(), value)).not.toBeNull();
});

test('an invitation can be used for 72 hours, a sign-in link for one', async () => {
  const invitation = await linkFor(emil.id);
  const signIn = await linkFor(ada.id, 'sign-in');
  expect(await peekLink(em.fork(), invitation, hoursLater(71.9))).not.toBeNull();
  expect(await peekLink(em.fork(), invitation, hoursLater(72.1))).toBeNull();
  expect(await useLink(em.fork(), invitation, hoursLater(72.1))).toBeNull();
  expect(await peekLink(em.fork(), signIn, hoursLater(0.9))).not.toBeNull();
  expect(await useLink(em.fork(), signIn, hoursLater(1.1))).toBeNull();
});

test('a new link revokes the older ones for the same purpose', async () => {
  const older = await linkFor(ada.id, 'sign-in');
  const invitation = await linkFor(ada.id);
  const newer = await linkFor(ada.id, 'sign-in');
  expect(await useLink(em.fork(), older)).toBeNull();
  expect(await useLink(em.fork(), newer)).toMatchObject({ id: ada.id });
  expect(await useLink(em.fork(), invitation)).toMatchObject({ id: ada.id });
});

test('an inactive user gets no link, and an older link stops working', async () => {
  const { nora } = await makeCast(database);
  const value = await linkFor(nora.id);
  await em.fork().nativeUpdate(User, { id: nora.id }, { status: 'suspended' });
  expect(await peekLink(em.fork(), value)).toBeNull();
  expect(await useLink(em.fork(), value)).toBeNull();
  await expect(linkFor(nora.id)).rejects.toMatchObject({ code: 'may-not-sign-in' });
  await updateUser(em, `user:${ada.id}`, nora.id, { status: 'offboarded' });
  await expect(linkFor(nora.id)).rejects.toBeInstanceOf(Refusal);
});

test('an invented value is refused', async () => {
  expect(await peekLink(em.fork(), 'x'.repeat(43))).toBeNull();
  expect(await useLink(em.fork(), '')).toBeNull();
});

test('the value is stored nowhere, and the audit trail names its creator and its user', async () => {
  const { timo } = await makeCast(database);
  const value = await linkFor(timo.id);
  expect(value).toMatch(/^[\w-]{43}$/);
  const [link] = await em.fork().find(OneTimeLink, { userId: timo.id }, { populate: ['hash'] });
  expect(link!.hash).toMatch(/^[0-9a-f]{64}$/);
  const [entry] = await em.fork().find(AuditEntry, { userId: timo.id, action: 'user.invited' });
  expect(entry).toMatchObject({ actor: `user:${ada.id}` });
  expect(JSON.stringify(entry)).not.toContain(value);
});
