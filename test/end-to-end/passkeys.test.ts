import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { freePort } from '../../scripts/local/ports.ts';
import { castPassword, makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

// ASVS 6.3.3 and 6.5.1, with Chromium's virtual authenticator.

const own = await ownDatabase();
const port = await freePort();
const address = `http://localhost:${port}`;
const web = await startWeb(own, { PORT: String(port), PUBLIC_URL: address });
const browser = await startBrowser();
const cast = await makeCast(own.database);

/** Gives a page a device that holds passkeys and whose owner unlocks it. */
async function addDevice(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { devtools, authenticatorId };
}

/** Puts the device's only passkey back to its first use, as a copy of it would be. */
async function copyPasskey(devtools: CDPSession, authenticatorId: string) {
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  const [credential] = credentials;
  await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
  await devtools.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: { ...credential!, signCount: 0 },
  });
}

const usePasskey = async (page: Page) => {
  await page.getByRole('button', { name: 'Sign in with a passkey' }).focus();
  await page.keyboard.press('Enter');
};

test('a passkey is added, signs in alone and after the password, and is refused when it was copied', async () => {
  const { page } = await openConsole(browser, address, cast.ivo.email);
  const { devtools, authenticatorId } = await addDevice(page);
  await page.goto('/me/second-factor');
  await page.getByLabel('Name of the new passkey').fill('Work laptop');
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await page.getByText('Passkey Work laptop added.').waitFor();
  expect(await page.getByText('Not used yet').count()).toBe(1);
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await page.getByText('This device already has a passkey for you here.').waitFor();

  await page.context().clearCookies();
  await page.goto('/sign-in?return=/audit');
  const sent = page.waitForRequest((request) => new URL(request.url()).pathname === '/sign-in/passkey');
  await usePasskey(page);
  const credential = new URLSearchParams((await sent).postData()!).get('credential')!;
  const { cookie = '' } = await (await sent).allHeaders();
  await page.waitForURL(`${address}/audit`);
  const replayed = web.stranger();
  replayed.cookies.set('lastday-passkey', /lastday-passkey=([^;]+)/.exec(cookie)![1]!);
  expect((await replayed.post('/sign-in/passkey', { credential })).status).toBe(422);

  await page.context().clearCookies();
  await page.goto('/sign-in?return=/audit');
  await page.getByLabel('Email').fill(cast.ivo.email);
  await page.getByLabel('Password').fill(castPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/sign-in/code');
  await usePasskey(page);
  await page.waitForURL(`${address}/audit`);

  await page.context().clearCookies();
  await page.goto('/sign-in');
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await usePasskey(page);
  await page.getByText('No passkey was chosen. Try again.').waitFor();
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await copyPasskey(devtools, authenticatorId);
  await usePasskey(page);
  await page.getByText("That passkey didn't work.").waitFor();
  await page.context().close();
});

test('the pages say why there are no passkeys on an IP address', async () => {
  const atAddress = await startWeb(own);
  const nora = await atAddress.signIn(cast.nora.email);
  const { text } = await nora.get('/me/second-factor');
  expect(text).toContain('Passkeys need a host name, and this address is an IP address.');
  expect(text).not.toContain('data-passkey');
  expect((await atAddress.stranger().get('/sign-in')).text).not.toContain('data-passkey');
});
