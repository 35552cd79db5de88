import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { testKey } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { demoAdmin, makeDemoPages } from '../../testing/web/demo-pages.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own, { SECRET_KEY: testKey });
const addressOf = await makeDemoPages(own.database);
const browser = await startBrowser();

/** Phones, and windows from half a small screen to a wide one. */
const widths = [320, 360, ...Array.from({ length: 15 }, (_, index) => 840 + 40 * index)];

/** Pages that show more than their route alone. */
const more = [
  '/offboarding?window=180',
  '/offboarding?view=other',
  '/users?q=mar',
  `${addressOf('/assets/:assetId')}?from=offboarding`,
  `${addressOf('/licenses/:licenseId')}?person=mar`,
  '/nowhere',
];

test('nothing is cut off and no cells overlap on any page, on phones and from 840 to 1400 px', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  await page.context().addInitScript({ path: scriptPath });
  const screen = await page.context().newCDPSession(page);
  const faults: string[] = [];
  for (const address of [...(await pages()), ...more, '/sign-in']) {
    if (address === '/sign-in') await page.context().clearCookies();
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    for (const fault of await faultsOf(page, screen)) faults.push(`${address}${fault}`);
  }
  expect(faults).toEqual([]);
});

test('a first visit loads at most 60 KB, and the next one at most 10 KB', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  const loaded = await loadedBytes(page);
  const visit = async (address: string) => {
    const before = loaded();
    await page.goto(address, { waitUntil: 'load' });
    return loaded() - before;
  };
  const network = await page.context().newCDPSession(page);
  for (const route of ['/offboarding', '/offboarding/:userId', '/users', '/api/v1/docs']) {
    await network.send('Network.clearBrowserCache');
    expect(await visit(addressOf(route)), `the first visit of ${route}`).toBeLessThanOrEqual(60_000);
    expect(await visit(addressOf(route)), `the next visit of ${route}`).toBeLessThanOrEqual(10_000);
  }
});

/** The addresses of the route table that answer with a page. */
async function pages(): Promise<string[]> {
  const { cookies } = await web.signIn(demoAdmin);
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const found: string[] = [];
  for (const route of routesOf(web.app)) {
    const [method, path] = route.split(' ') as [string, string];
    if (method !== 'GET' || path === '/vendor/:file' || /^\/api\/v1\/(?!docs)/.test(path)) continue;
    const address = addressOf(path);
    const { status, headers } = await fetch(new URL(address, web.address), {
      method: 'HEAD',
      headers: { cookie },
      redirect: 'manual',
    });
    if (status !== 303 && headers.get('content-type')?.startsWith('text/html')) found.push(address);
  }
  return found;
}

const scriptPath = fileURLToPath(new URL('../../testing/web/layout-faults.js', import.meta.url));

async function faultsOf(page: Page, screen: CDPSession): Promise<string[]> {
  const faults: string[] = [];
  const look = async (width: number) => {
    // Playwright's own method does the same, and waits longer.
    await screen.send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const found = await page.evaluate<string[]>('layoutFaults()');
    faults.push(...found.map((fault) => ` at ${width} px: ${fault}`));
  };
  for (const width of widths) await look(width);
  await page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true");
  for (const width of [1400, 840, 360]) await look(width);
  return faults;
}

/** Counts the bytes of all responses of a page, with their headers, as they come over the network. */
async function loadedBytes(page: Page): Promise<() => number> {
  let bytes = 0;
  const network = await page.context().newCDPSession(page);
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await network.send('Network.enable');
  return () => bytes;
}
