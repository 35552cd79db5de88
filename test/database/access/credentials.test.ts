import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifyCredentials } from '../../../database/access/credentials.ts';
import { needsRehash } from '../../../database/access/passwords.ts';
import { AuditEntry, User } from '../../../database/entities/index.ts';
import { castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const cast = await makeCast(database);

const trailOf = async (userId: number) => {
  const entries = await em.fork().find(AuditEntry, { userId }, { orderBy: { id: 1 } });
  return entries.filter(({ action }) => action.startsWith('user.sign')).map(({ action }) => action);
};

test('an address in any case and the password sign a user in, with an audit entry', async () => {
  expect(await verifyCredentials(em, cast.ivo.email.toUpperCase(), castPassword)).toBe(cast.ivo.id);
  expect(await trailOf(cast.ivo.id)).toEqual(['user.signed_in']);
});

test('a wrong password, an unknown address and a user without a password get the same answer', async () => {
  await em.fork().nativeUpdate(User, { id: cast.emil.id }, { passwordHash: null });
  expect(await verifyCredentials(em, cast.nora.email, 'nine lively otter')).toBeNull();
  expect(await verifyCredentials(em, 'nobody@lastday.example', castPassword)).toBeNull();
  expect(await verifyCredentials(em, cast.emil.email, castPassword)).toBeNull();
  expect(await trailOf(cast.nora.id)).toEqual(['user.sign_in_failed']);
});

test('an inactive user cannot sign in with the right password', async () => {
  await em.fork().nativeUpdate(User, { id: cast.rosa.id }, { status: 'suspended' });
  expect(await verifyCredentials(em, cast.rosa.email, castPassword)).toBeNull();
});

test('a password hashed at another cost is rehashed when the user signs in', async () => {
  const cheap = { message: castPassword, nonce: Buffer.alloc(16, 1), memory: 64, passes: 1, parallelism: 1 };
  const key = argon2Sync('argon2id', { ...cheap, tagLength: 32 });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const stored = `$argon2id$v=19$m=64,t=1,p=1$${text(cheap.nonce)}$${text(key)}`;
  const { id, email } = cast.mira;
  await em.fork().nativeUpdate(User, { id }, { passwordHash: stored });

  expect(await verifyCredentials(em, email, castPassword)).toBe(id);
  const { passwordHash } = await em.fork().findOneOrFail(User, { id }, { populate: ['passwordHash'] });
  expect(needsRehash(passwordHash!)).toBe(false);
  expect(await verifyCredentials(em, email, castPassword)).toBe(id);
});
