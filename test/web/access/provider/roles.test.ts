import { describe, expect } from 'vitest';
import { changeRole } from '../../../../database/access/roles.ts';
import { AuditEntry, User } from '../../../../database/entities/index.ts';
import { startIdentityProvider } from '../../../../testing/outside/identity-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { signInAs } from '../../../../testing/web/provider-sign-in.ts';

const provider = await startIdentityProvider('http://127.0.0.1:3000');
const { em, web, test } = await consoleTests({
  ...provider.variables,
  OIDC_ROLE_CLAIM: 'realm_access.roles',
  OIDC_ROLE_MAP: JSON.stringify({ it: 'it-admin', heads: 'admin', owners: 'super-admin' }),
  OIDC_NO_MATCH: 'employee',
});

const roleOf = async (id: number) => (await em.fork().findOneOrFail(User, { id })).role;
const account = (sub: string, email: string, ...groups: string[]) => ({
  sub,
  email,
  email_verified: true,
  realm_access: { roles: groups },
});

describe('the groups of a sign-in', () => {
  test('give the highest role, and a lower one when a group is taken away', async ({ cast: { emil } }) => {
    const first = await signInAs(web, provider, account('emil', emil.email, 'x', 'it', 'heads'));
    expect(first.answer.status).toBe(303);
    expect(await roleOf(emil.id)).toBe('admin');
    await signInAs(web, provider, account('emil', emil.email, 'it'));
    expect(await roleOf(emil.id)).toBe('it-admin');
    // The new role signed the first browser out.
    expect((await first.browser.get('/me')).location).toMatch('/sign-in');
    await signInAs(web, provider, account('emil', emil.email));
    expect(await roleOf(emil.id)).toBe('employee');
  });

  test('change nothing when they give the same role', async ({ cast: { timo } }) => {
    const first = await signInAs(web, provider, account('timo', timo.email, 'it'));
    const count = () => em.fork().count(AuditEntry, { userId: timo.id, action: 'user.role_changed' });
    expect(await count()).toBe(1);
    await signInAs(web, provider, account('timo', timo.email, 'it'));
    expect(await count()).toBe(1);
    expect((await first.browser.get('/offboarding')).status).toBe(200);
  });

  test('make nobody a super-admin whose account was linked by an address', async ({ cast: { rosa } }) => {
    await signInAs(web, provider, account('rosa', rosa.email, 'owners'));
    expect(await roleOf(rosa.id)).toBe('admin');
    await signInAs(web, provider, account('rosa', rosa.email, 'owners'));
    expect(await roleOf(rosa.id)).toBe('admin');
  });

  test('never take the role of the last super-admin', async ({ cast: { ada } }) => {
    const others = await em.fork().find(User, { role: 'super-admin', id: { $ne: ada.id } });
    for (const { id } of others) await changeRole(em, 'system', id, 'employee');
    await em
      .getConnection()
      .execute(
        `insert into provider_accounts (issuer, subject, user_id, linked_by) values (?, 'ada', ?, 'invitation')`,
        [provider.issuer, ada.id],
      );
    const { answer } = await signInAs(web, provider, account('ada', ada.email, 'it'));
    expect(answer.status).toBe(303);
    expect(await roleOf(ada.id)).toBe('super-admin');
  });
});
