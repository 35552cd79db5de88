import { expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownEngine, testKey } from '../../testing/cast/engine.ts';
import { startIdentityProvider } from '../../testing/outside/identity-provider.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { startBrowser } from '../../testing/web/browser.ts';
import { run } from '../../testing/web/commands.ts';
import { patchOf, scimClient, urn } from '../../testing/web/scim/client.ts';

const own = await ownDatabase();
const { em } = own.database;
const { ada, emil } = await makeCast(own.database);
const { namespace } = await ownEngine(own.database);
const port = String(await freePort());
const lastday = `http://127.0.0.1:${port}`;
const provider = await startIdentityProvider(lastday);
const variables = {
  ...provider.variables,
  PUBLIC_URL: lastday,
  SIGN_IN: 'sso',
  OIDC_ROLE_CLAIM: 'groups',
  OIDC_ROLE_MAP: JSON.stringify({ 'it-team': 'it-admin' }),
  OIDC_NO_MATCH: 'employee',
};
const first = await startWebProcess(own, namespace, { ...variables, PORT: port });
const second = await startWebProcess(own, namespace, variables);
const scim = await scimClient(own.database, second.address);
const browser = await startBrowser();
// Cookies are for a host and not for a port, so the browser is signed in at both processes.
const page = await (await browser.newContext()).newPage();

const signIn = async (...groups: string[]) => {
  provider.account = { sub: 'emil', email: emil.email, email_verified: true, groups };
  await page.goto(`${lastday}/sign-in`);
  await page.getByRole('link', { name: 'Sign in with single sign-on' }).click();
  await page.waitForURL(new RegExp(`^${lastday}/(offboarding|me)$`));
};
/** Says yes where the provider asks whether to end its own session. */
const signOutThere = () => page.getByRole('button', { name: 'Yes, sign me out' }).click();
const statusAt = async (address: string) => {
  const response = await page.goto(address);
  return new URL(page.url()).pathname === '/sign-in' ? 'signed out' : response!.status();
};
const everywhere = async (path: string) => [
  await statusAt(first.address + path),
  await statusAt(second.address + path),
];

test('the provider gives a role by a group, takes it away, and ends sessions in every web process', async () => {
  await signIn('it-team');
  expect(await everywhere('/offboarding')).toEqual([200, 200]);

  await page.goto(lastday);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signOutThere();
  await page.waitForURL(`${lastday}/sign-in`);
  expect(await page.locator('.alert').innerText()).toContain("You're signed out.");
  expect(await everywhere('/me')).toEqual(['signed out', 'signed out']);

  // The provider asks anew who it is, because its own session ended too.
  await signIn();
  expect(await everywhere('/offboarding')).toEqual([403, 403]);
  expect((await em.fork().findOneOrFail(User, { id: emil.id })).role).toBe('employee');

  await page.goto(`${provider.issuer}/session/end`);
  await signOutThere();
  await page.waitForURL(/\/session\/end\/success/);
  expect(await everywhere('/me')).toEqual(['signed out', 'signed out']);
});

test('the next click of someone whom the directory deactivates is refused', async () => {
  await signIn('it-team');
  const { json } = await scim('POST', '/Users', {
    schemas: [urn.user, urn.enterprise],
    userName: emil.email,
    active: true,
    [urn.enterprise]: { employeeNumber: emil.externalId },
  });
  await page.goto(`${lastday}/offboarding`);
  await scim('PATCH', `/Users/${json.id}`, patchOf({ op: 'replace', path: 'active', value: false }));
  await page.getByRole('link', { name: 'People' }).click();
  await page.waitForURL(/\/sign-in/);
  await page.getByRole('link', { name: 'Sign in with single sign-on' }).click();
  await page.getByText('Ask a super admin, and give them this reference').waitFor();
  expect(await everywhere('/users')).toEqual(['signed out', 'signed out']);
});

test('without the provider, `npm run admin` still gets in', async () => {
  await provider.stop();
  await page.goto(`${second.address}/sign-in`);
  expect(await page.getByLabel('Password').count()).toBe(0);
  await page.getByRole('link', { name: 'Sign in with single sign-on' }).click();
  await page.getByText('Ask a super admin, and give them this reference').waitFor();
  const output = await run(`node scripts/admin.ts --email ${ada.email}`, {
    DATABASE_URL: own.url,
    SECRET_KEY: testKey,
    PUBLIC_URL: lastday,
  });
  await page.goto(output.trim().split('\n').at(-1)!);
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(await statusAt(`${second.address}/settings/sign-in`)).toBe(200);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page
    .getByRole('alert')
    .getByText("The issuer's host refuses the connection. (ECONNREFUSED)")
    .waitFor();
  await page.goto(`${lastday}/settings/sign-in`);
  await page.getByText("The issuer's host refuses the connection. (ECONNREFUSED)").waitFor();
});
