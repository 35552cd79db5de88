import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { ApiToken, User } from '../../database/entities/index.ts';
import { updateUser } from '../../database/people/users.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { messagesOn } from '../../testing/web/page-messages.ts';
import { startWeb } from '../../testing/web/web.ts';

// An admin cannot remove access that only a super-admin can grant (ASVS 8.2.2).
const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let other: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
  other = await makeCast(own.database);
});

const ada = () => em.fork().findOneOrFail(User, { id: cast.ada.id });

describe('an admin', () => {
  test.each<Record<string, string>>([
    { status: 'suspended' },
    { status: 'offboarded' },
    { email: 'mine@x.example' },
  ])('cannot set %o of a super-admin, and their tokens still work', async (fields) => {
    const { token } = await createToken(em, `user:${cast.ada.id}`, {
      name: `feed ${cast.ada.id}`,
      scopes: ['users:read'],
    });
    const nora = await web.signIn(cast.nora.email);
    const { status, text } = await nora.post(`/users/${cast.ada.id}`, fields);
    expect(status).toBe(409);
    expect(messagesOn(text)).toBe("danger: Only a super admin can change a super admin's email or status.");
    expect(await ada()).toMatchObject({ status: 'active', email: cast.ada.email });
    expect((await em.fork().findOneOrFail(ApiToken, { id: token.id })).revokedAt).toBeNull();
  });

  test('may change the other fields of a super-admin, and save an unchanged form', async () => {
    const nora = await web.signIn(cast.nora.email);
    const { name, email } = cast.ada;
    const fields = { name, email, status: 'active', jobTitle: 'Chief of everything' };
    expect((await nora.post(`/users/${cast.ada.id}`, fields)).status).toBe(303);
    expect(await ada()).toMatchObject({ jobTitle: 'Chief of everything' });
  });
});

test('another super-admin and the HR system may change them', async () => {
  const colleague = await web.signIn(other.ada.email);
  expect((await colleague.post(`/users/${cast.ada.id}`, { status: 'suspended' })).status).toBe(303);
  expect(await ada()).toMatchObject({ status: 'suspended' });
  const email = `moved.${cast.ada.id}@x.example`;
  await updateUser(em, 'token:hr', cast.ada.id, { status: 'active', email });
  expect(await ada()).toMatchObject({ status: 'active', email });
});
