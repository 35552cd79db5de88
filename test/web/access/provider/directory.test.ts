import { describe, expect } from 'vitest';
import { createLink } from '../../../../database/access/one-time-links.ts';
import { listRefusals } from '../../../../database/access/sign-in-refusals.ts';
import { ProviderAccount, User } from '../../../../database/entities/index.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { updateUser } from '../../../../database/people/users.ts';
import { complete } from '../../../../testing/cast/former-employees.ts';
import { startIdentityProvider } from '../../../../testing/outside/identity-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { signInAs } from '../../../../testing/web/provider-sign-in.ts';
import { patchOf, scimClient, urn } from '../../../../testing/web/scim/client.ts';

const provider = await startIdentityProvider('http://127.0.0.1:3000');
const { database, em, web, test } = await consoleTests({
  ...provider.variables,
  OIDC_LINK_CLAIM: 'oid',
  OIDC_ROLE_CLAIM: 'scim',
  OIDC_ROLE_MAP: JSON.stringify({ 'IT team': 'it-admin', Heads: 'admin' }),
});
const scim = await scimClient(database, web.address);

let accounts = 0;
/** Provisions a person of the cast, and returns their account and the claims of their sign-in. */
async function provisioned(externalId: string) {
  const oid = `oid-${++accounts}`;
  const { status, json } = await scim('POST', '/Users', {
    schemas: [urn.user, urn.enterprise],
    userName: `${oid}@idp.example`,
    externalId: oid,
    active: true,
    [urn.enterprise]: { employeeNumber: externalId },
  });
  expect(status).toBe(201);
  return { id: json.id as string, claims: { sub: `sub-${oid}`, oid } };
}
const group = async (displayName: string, ...members: string[]): Promise<string> => {
  const { json } = await scim('POST', '/Groups', {
    schemas: [urn.group],
    displayName,
    members: members.map((value) => ({ value })),
  });
  return json.id;
};
const leave = (groupId: string, member: string) =>
  scim('PATCH', `/Groups/${groupId}`, patchOf({ op: 'remove', path: `members[value eq "${member}"]` }));
const setActive = (id: string, value: boolean) =>
  scim('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value }));
const roleOf = async (id: number) => (await em.fork().findOneOrFail(User, { id })).role;

const signIn = async (claims: { sub: string } & Record<string, unknown>, path?: string) => {
  const { answer, browser } = await signInAs(web, provider, claims, path);
  return { browser, status: answer.status };
};
const lastRefusal = async () => {
  const { cause, userId } = (await listRefusals(em, 1)).rows[0]!;
  return { cause, userId };
};

describe('the groups that the directory provisioned', () => {
  test('give the highest role at each sign-in, whatever the claims say', async ({ cast: { emil } }) => {
    const { id, claims } = await provisioned(emil.externalId);
    const it = await group('IT team', id);
    const heads = await group('Heads', id);
    expect((await signIn({ ...claims, groups: [] })).status).toBe(303);
    expect(await roleOf(emil.id)).toBe('admin');
    await leave(heads, id);
    const { browser } = await signIn(claims);
    expect(await roleOf(emil.id)).toBe('it-admin');
    expect((await browser.get('/offboarding')).status).toBe(200);
    await leave(it, id);
    expect((await signIn({ ...claims, groups: ['IT team'], scim: ['Heads'] })).status).toBe(403);
    expect(await lastRefusal()).toEqual({ cause: 'no-role', userId: emil.id });
    expect(await roleOf(emil.id)).toBe('it-admin');
  });

  test('give no role to someone whom no directory knows', async ({ cast: { rosa } }) => {
    expect((await signIn({ sub: 'rosa', email: rosa.email, email_verified: true })).status).toBe(403);
    expect(await lastRefusal()).toEqual({ cause: 'no-role', userId: rosa.id });
  });
});

describe('someone without access is refused although the provider says yes', () => {
  test('while the directory says that they are inactive', async ({ cast: { emil } }) => {
    const { id, claims } = await provisioned(emil.externalId);
    await group('IT team', id);
    const { browser } = await signIn(claims);
    expect((await browser.get('/offboarding')).status).toBe(200);
    await setActive(id, false);
    expect((await browser.get('/offboarding')).location).toMatch('/sign-in');
    expect((await signIn(claims)).status).toBe(403);
    expect(await lastRefusal()).toEqual({ cause: 'no-access', userId: emil.id });
    await setActive(id, true);
    expect((await signIn(claims)).status).toBe(303);
  });

  test('while they are suspended, and after their completion', async ({ cast: { emil, timo } }) => {
    for (const { externalId, id } of [emil, timo]) {
      const { id: account, claims } = await provisioned(externalId);
      await group('IT team', account);
      expect((await signIn(claims)).status).toBe(303);
      if (id === emil.id) await updateUser(em, 'system', id, { status: 'suspended' });
      else await complete(database, id);
      expect((await signIn(claims)).status).toBe(403);
      expect(await lastRefusal()).toEqual({ cause: 'no-access', userId: id });
    }
  });
});

test('the accounts of a merged record lead to the one that stays', async ({ cast: { emil, rosa } }) => {
  const { id, claims } = await provisioned(emil.externalId);
  await group('IT team', id);
  await signIn(claims);
  await mergePeople(em, 'system', emil.id, rosa.id);
  expect(await em.fork().find(ProviderAccount, { userId: rosa.id })).toMatchObject([{ subject: claims.sub }]);
  const { browser, status } = await signIn(claims);
  expect(status).toBe(303);
  expect((await browser.get('/me')).text).toContain(rosa.name);
});

test('an invitation of someone without a group is not used up', async ({ cast: { nora } }) => {
  const value = await createLink(em, { userId: nora.id, purpose: 'invitation', actor: 'system' });
  const path = `/sign-in/oidc?invitation=${value}`;
  expect((await signIn({ sub: 'nora-1' }, path)).status).toBe(403);
  const { id } = await provisioned(nora.externalId);
  await group('Heads', id);
  expect((await signIn({ sub: 'nora-1' }, path)).status).toBe(303);
});
