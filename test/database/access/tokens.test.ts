import { expect, test } from 'vitest';
import {
  createToken,
  findActiveToken,
  listTokens,
  revokeToken,
  updateToken,
} from '../../../database/access/tokens.ts';
import { ApiToken, AuditEntry, User } from '../../../database/entities/index.ts';
import { updateUser } from '../../../database/people/users.ts';
import { InvalidInput, NotFound } from '../../../domain/failures.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

test('a token is found by its value, and the value is stored nowhere', async () => {
  const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:write', 'users:read'] });
  expect(await findActiveToken(em, value)).toMatchObject({
    name: 'hr',
    scopes: ['users:write', 'users:read'],
  });
  const stored = await em.fork().findOneOrFail(ApiToken, { name: 'hr' }, { populate: ['hash'] });
  expect(JSON.stringify({ ...stored, hash: stored.hash })).not.toContain(value.slice('lastday_'.length + 4));
  expect(stored.prefix).toBe(value.slice(0, 12));
});

test('creating and revoking a token write one audit entry each', async () => {
  const { token } = await createToken(em, 'system', { name: 'audited', scopes: ['users:read'] });
  await revokeToken(em, 'system', token.id);
  await revokeToken(em, 'system', token.id);
  const entries = await em
    .fork()
    .find(AuditEntry, { details: { tokenId: token.id } }, { orderBy: { id: 1 } });
  expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
    ['system', 'token.created'],
    ['system', 'token.revoked'],
  ]);
});

test('a revoked token is refused, and its name can be used again', async () => {
  const { token, value } = await createToken(em, 'system', { name: 'badge', scopes: ['users:read'] });
  await expect(createToken(em, 'system', { name: 'Badge', scopes: ['users:read'] })).rejects.toMatchObject({
    code: 'token-name-taken',
  });
  await revokeToken(em, 'system', token.id);
  expect(await findActiveToken(em, value)).toBeNull();
  await createToken(em, 'system', { name: 'Badge', scopes: ['users:read'] });
});

test('a token ends when its creator is no longer active', async () => {
  const { ada, nora } = await makeCast(database);
  const { token, value } = await createToken(em, `user:${nora.id}`, { name: 'feed', scopes: ['users:read'] });
  expect(await findActiveToken(em, value)).toMatchObject({ id: token.id });
  await em.fork().nativeUpdate(User, { id: nora.id }, { status: 'suspended' });
  expect(await findActiveToken(em, value)).toBeNull();
  expect((await listTokens(em)).find(({ id }) => id === token.id)).toMatchObject({
    createdByName: nora.name,
    isActive: false,
    revokedAt: null,
  });
  await em.fork().nativeUpdate(User, { id: nora.id }, { status: 'active' });
  await updateUser(em, `user:${ada.id}`, nora.id, { status: 'suspended' });
  await updateUser(em, `user:${ada.id}`, nora.id, { status: 'active' });
  expect(await findActiveToken(em, value)).toBeNull();
});

test('the last use is stored at most once a minute', async () => {
  const { token, value } = await createToken(em, 'system', { name: 'used', scopes: ['users:read'] });
  const lastUsed = async () => (await em.fork().findOneOrFail(ApiToken, { id: token.id })).lastUsedAt;
  const at = (time: string) => new Date(`2026-11-24T${time}Z`);
  expect(await lastUsed()).toBeNull();
  await findActiveToken(em, value, at('08:00:00'));
  await findActiveToken(em, value, at('08:00:59'));
  expect(await lastUsed()).toEqual(at('08:00:00'));
  await findActiveToken(em, value, at('08:01:01'));
  expect(await lastUsed()).toEqual(at('08:01:01'));
});

test.each([
  [{ name: ' ', scopes: ['users:read'] }, { name: 'Enter a name.' }],
  [{ name: 'x'.repeat(61), scopes: ['users:read'] }, { name: 'Use at most 60 characters for the name.' }],
  [
    { name: 'a\u0000b', scopes: ['users:read'] },
    { name: 'Name: Character 2 is a control character (U+0000). Remove it.' },
  ],
  [
    { name: 'x', scopes: ['users:read', 'all'] },
    { scopes: expect.stringMatching(/^Unknown scope "all"\. Known: users:read, users:write,/) },
  ],
  [{ name: 'x', scopes: [] }, { scopes: expect.stringMatching(/^Choose at least one scope/) }],
])('%j is refused with the name of the field', async (wanted, fields) => {
  const error = await createToken(em, 'system', wanted).catch((caught) => caught);
  expect(error).toBeInstanceOf(InvalidInput);
  expect(error.fields).toEqual(fields);
});

test('revoking an unknown token throws NotFound', async () => {
  await expect(revokeToken(em, 'system', 999_999)).rejects.toBeInstanceOf(NotFound);
});

test('a token of a person has the scope scim alone, because it outlives them', async () => {
  const { ada } = await makeCast(database);
  const both = { name: 'both', scopes: ['scim', 'users:write'] };
  const refused = { fields: { scopes: expect.stringContaining('scim alone') } };
  await expect(createToken(em, `user:${ada.id}`, both)).rejects.toMatchObject(refused);
  const { token } = await createToken(em, `user:${ada.id}`, { name: 'entra', scopes: ['scim'] });
  await expect(updateToken(em, 'system', token.id, both)).rejects.toMatchObject(refused);
  // One of the command line has no maker whom it could outlive.
  expect((await createToken(em, 'system', both)).token.scopes).toEqual(both.scopes);
});
