import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { demoAdmin, makeDemoPages } from '../../testing/web/demo-pages.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
// No worker runs, so a completion is still pending after the deadline.
const web = await startWeb(own, { SECRET_KEY: testKey }, { deadlineMs: 300 });
const addressOf = await makeDemoPages(own.database);
const browser = await startBrowser();

/** Phones, and windows from half a small screen to a wide one. */
const widths = [320, 360, ...Array.from({ length: 15 }, (_, index) => 840 + 40 * index)];

/** The addresses of the route table. Those of the API are no pages, except its documentation. */
const addresses = routesOf(web.app)
  .map((route) => route.split(' ') as [method: string, path: string])
  .filter(([method, path]) => method === 'GET' && !/^\/vendor|^\/api\/v1\/(?!docs)/.test(path))
  .map(([, path]) => addressOf(path));

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
  await page.evaluate(layoutFaults);
  const found = new Map<string, string[] | null>();
  for (const address of [...addresses, ...more]) found.set(address, await faultsOf(page, address));
  found.set('/sign-in', await faultsOf(page, '/sign-in', 'omit'));
  expect([...found.values()].flatMap((faults) => faults ?? [])).toEqual([]);
  const noPages = [...found].filter(([, faults]) => faults === null).map(([address]) => address);
  expect(noPages.filter((address) => !address.endsWith('.csv'))).toEqual(['/health', '/ready', '/live']);
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

test.each([
  ['light', 'rgb(180, 35, 24)', 'rgb(138, 75, 0)'],
  ['dark', 'rgb(255, 155, 145)', 'rgb(245, 194, 107)'],
] as const)('past dates are red and near ones amber, %s', async (colorScheme, red, amber) => {
  const { page } = await openConsole(browser, web.address, demoAdmin, { colorScheme });
  const colorOf = (due: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('td[data-due=${due}] time')).color`);
  expect([await colorOf('past'), await colorOf('soon')]).toEqual([red, amber]);
});

test('on a phone the bar is 60 px high at most, and what is pressed at least 44 px', async () => {
  const viewport = { width: 360, height: 800 };
  const { page } = await openConsole(browser, web.address, demoAdmin, { viewport });
  for (const route of ['/offboarding', '/offboarding/:userId', '/users/:userId/edit', '/settings/tokens']) {
    await page.goto(addressOf(route));
    const low = await page.evaluate(
      `[...document.querySelectorAll('.btn, .form-control, .form-select, .menu-toggle, .bell, .whoami')]
        .filter((one) => one.checkVisibility() && one.offsetHeight < 44).map((one) => one.outerHTML)`,
    );
    expect(low, route).toEqual([]);
    expect((await page.locator('main').boundingBox())!.y, route).toBeLessThanOrEqual(60);
  }
});

test('after every form that htmx sends the focus is on the page, and not on its body', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  const { lost, look } = lostFocus(page);
  const { rows } = await sql<{ asset: number; request: number }>`
    select (select min(id) from assets where status = 'in_stock') as asset,
      (select min(id) from requests r where status = 'pending'
        and not exists (select from offboardings o where o.user_id = r.user_id)) as request`.execute(
    sqlOf(own.database.em.fork()),
  );
  for (const address of [
    '/offboarding',
    addressOf('/offboarding/:userId'),
    `${addressOf('/licenses/:licenseId')}?person=mar`,
    `/assets/${rows[0]!.asset}?person=mar`,
    `/requests/${rows[0]!.request}`,
  ]) {
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    const kinds = await page.evaluate<string[]>(`[...new Set(${formKinds})]`);
    expect(kinds, address).not.toEqual([]);
    for (const kind of kinds.sort()) {
      await page.goto(address, { waitUntil: 'domcontentloaded' });
      await page.evaluate(`new Promise((resolve) => {
        document.addEventListener('htmx:finally:request', () => setTimeout(resolve));
        const form = document.querySelectorAll('form[hx-post]')[${formKinds}.indexOf('${kind}')];
        form.noValidate = true;
        form.querySelector('button, select').focus();
        form.requestSubmit(form.querySelector('button'));
      })`);
      await look(`${address}: ${kind}`);
    }
  }
  expect(lost).toEqual([]);
});

test('after every form of the route table the focus is on the page, and not on its body', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  const { lost, look } = lostFocus(page);
  const forms = routesOf(web.app).filter((route) => /^POST \/(?!api\/)/.test(route));
  // Signing out comes last.
  for (const route of forms.sort((a, b) => Number(/end$/.test(a)) - Number(/end$/.test(b)))) {
    const loaded = page.waitForEvent('domcontentloaded');
    await page.evaluate(`{
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: '${addressOf(route.slice('POST '.length))}' });
      document.body.append(form);
      form.requestSubmit();
    }`);
    await loaded;
    await look(route);
  }
  expect(lost).toEqual([]);
  expect(forms.length).toBeGreaterThan(50);
});

/** Records the names of what leaves the focus on the body. */
function lostFocus(page: Page) {
  const lost: string[] = [];
  const look = async (name: string) => {
    if (await page.evaluate('document.activeElement === document.body')) lost.push(name);
  };
  return { lost, look };
}

/** In the browser: the address of each form that htmx sends, without its id. */
const formKinds = `[...document.querySelectorAll('form[hx-post]')].map((form) => form.getAttribute('hx-post').replace(/\\d+/, ':id'))`;

const layoutFaults = readFileSync(new URL('../../testing/web/layout-faults.js', import.meta.url), 'utf8');

const faultsOf = (page: Page, address: string, credentials = 'same-origin'): Promise<string[] | null> =>
  page.evaluate(`layoutFaults(${JSON.stringify(address)}, ${JSON.stringify(widths)}, '${credentials}')`);

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
