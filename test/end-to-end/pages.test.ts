import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { demoAdmin, demoProvider, makeDemoPages } from '../../testing/web/demo-pages.ts';
import { ageProofs } from '../../testing/web/proof-age.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { walk } from '../../testing/web/walk.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own, { SECRET_KEY: testKey, ...demoProvider });
const addressOf = await makeDemoPages(own.database);
const browser = await startBrowser();

/** The addresses of the route table. Those of the API and SCIM are no pages, except the documentation. */
const addresses = routesOf(web.app)
  .map((route) => route.split(' ') as [method: string, path: string])
  .filter(([method, path]) => method === 'GET' && !/^\/vendor|^\/scim|^\/api\/v1\/(?!docs)/.test(path))
  .map(([, path]) => addressOf(path));

/** Pages that show more than their route alone. */
const more = [
  '/offboarding?window=180',
  '/offboarding?view=other',
  '/offboarding?show=overdue&sort=-open',
  '/users?q=mar',
  '/search?q=l',
  `${addressOf('/assets/:assetId')}?from=offboarding`,
  `${addressOf('/licenses/:licenseId')}?person=mar`,
  `${addressOf('/users/:userId/merge')}?into=1`,
  '/nowhere',
];

test('axe finds nothing on any page of the route table in both themes, and nothing is cut off or overlaps from 320 to 1400 px', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  const { faults, noPages } = await walk(page, [...addresses, ...more, await askedForProof(page)]);
  const signedOut = await walk(page, ['/sign-in'], 'omit');
  expect([...faults, ...signedOut.faults]).toEqual([]);
  expect(noPages.filter((address) => !address.endsWith('.csv')).sort()).toEqual(
    [
      '/health',
      '/ready',
      '/live',
      '/notifications/unread',
      addressOf('/offboarding/:userId/visitors'),
      '/search/suggestions',
      '/users/suggestions',
    ].sort(),
  );
  expect(signedOut.noPages).toEqual([]);
});

/** Asks for a change with an old proof, and returns the address of the question. */
async function askedForProof(page: Page): Promise<string> {
  const { id } = await own.database.em.fork().findOneOrFail(User, { email: demoAdmin });
  await ageProofs(own.database.em, id, 300);
  return page.evaluate(async () => {
    const answer = await fetch('/settings/tokens', { method: 'POST', headers: { 'HX-Request': 'true' } });
    return answer.headers.get('HX-Redirect')!;
  });
}

test.each([
  ['a box that is too wide', '<img width="2000" height="1" alt="">', /px: the page is 2\d+ px wide/],
  ['a field without a label', '<input name="unnamed">', /: label /],
  [
    'a color that is too dark for the dark theme',
    '<font color="#444">dark</font>',
    /: dark, at \d+ px: color-contrast/,
  ],
])('the walk finds %s', async (_, html, fault) => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  await putBefore('</main>', html, page, '/users/new');
  const { faults } = await walk(page, ['/users/new']);
  expect(faults).not.toEqual([]);
  for (const found of faults) expect(found).toMatch(fault);
});

test('the walk finds a fault in the sidebar of one page after it has seen the sidebar of others', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  await putBefore('</nav>', '<a class="menu-entry" href="/nowhere"></a>', page, '/users/new');
  const { faults } = await walk(page, ['/users?q=a', '/users?q=b', '/users?q=c', '/users/new']);
  expect(faults).not.toEqual([]);
  for (const found of faults) expect(found).toMatch(/^\/users\/new: .*: link-name /);
});

test('a first visit loads at most 60 KB, and the next one at most 10 KB', async () => {
  const { page } = await openConsole(browser, web.address, demoAdmin);
  const network = await page.context().newCDPSession(page);
  const visit = await bytesUntilLoad(page, network);
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

/** Puts HTML before the first such end tag of the page at an address. */
async function putBefore(endTag: string, html: string, page: Page, address: string): Promise<void> {
  await page.context().route(`**${address}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(endTag, `${html}${endTag}`) });
  });
}

/**
 * Returns a function that opens an address, and counts the bytes of all responses, with their headers, until the page has
 * loaded. What a live page reads afterwards delays nothing.
 */
async function bytesUntilLoad(
  page: Page,
  network: CDPSession,
): Promise<(address: string) => Promise<number>> {
  let bytes = 0;
  let loader: string | undefined;
  let loaded = (_bytes: number) => {};
  network.on('Network.requestWillBeSent', ({ type, loaderId }) => {
    if (type === 'Document') loader = loaderId;
  });
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  network.on('Page.lifecycleEvent', ({ name, loaderId }) => {
    if (name === 'load' && loaderId === loader) loaded(bytes);
  });
  await network.send('Network.enable');
  await network.send('Page.enable');
  await network.send('Page.setLifecycleEventsEnabled', { enabled: true });
  return async (address) => {
    // What the page before still reads does not count.
    await page.goto('about:blank');
    bytes = 0;
    const total = new Promise<number>((resolve) => {
      loaded = resolve;
    });
    await page.goto(address);
    return total;
  };
}
