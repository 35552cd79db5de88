import { beforeAll, describe, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { statementsOf } from '../../testing/cast/statements.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { accessibilityViolations } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { type Browserlike, startWeb } from '../../testing/web/web.ts';
import { pagesFor } from '../../web/search/pages.ts';

const own = await ownDatabase();
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;
let ada: Browserlike;
beforeAll(async () => {
  cast = await makeCast(own.database);
  [ivo, ada] = await Promise.all([web.signIn(cast.ivo.email), web.signIn(cast.ada.email)]);
});

const addressesIn = (html: string) =>
  [...html.matchAll(/class="found" href="([^"]+)"/g)].map(([, address]) => address);

describe('the page of results', () => {
  test('has the same groups as the box', async () => {
    const page = await ivo.get('/search?q=f');
    const box = await ivo.get('/search/suggestions?q=f');
    expect(page.status).toBe(200);
    expect(addressesIn(page.text)).toEqual([`/licenses/${cast.license.id}`]);
    expect(addressesIn(box.text)).toEqual(addressesIn(page.text));
    expect(page.text).toContain('value="f"');
  });

  test('leads to the list that has the rest', async () => {
    await own.database.em
      .fork()
      .execute(`insert into users (name) select 'Kim ' || n from generate_series(1, 21) n`);
    const { text } = await ivo.get('/search?q=kim');
    expect(addressesIn(text)).toHaveLength(20);
    expect(text).toContain('href="/users?q=kim"');
  });

  test.each(['', '%20', 'zzz', '%E2%80%AE', 'x'.repeat(300)])('takes %s', async (typed) => {
    for (const path of ['/search', '/search/suggestions'])
      expect((await ivo.get(`${path}?q=${typed}`)).status).toBe(200);
  });

  test('needs one statement more than the page around it', async () => {
    const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
    const selects = async (path: string) =>
      (await statementsOf(() => ivo.get(path))).filter((statement) => !noise.test(statement)).length;
    expect(await selects('/search?q=lena')).toBe((await selects('/search')) + 1);
  });
});

describe('a scanned tag or serial', () => {
  test.each(['tag', 'serial'])('opens the recovery card: %s', async (column) => {
    const scanned = column === 'tag' ? cast.laptop.tag : `PF${cast.laptop.tag.slice(3)}AB`;
    for (const typed of [scanned, scanned.toLowerCase(), ` ${scanned} `]) {
      const { status, location } = await ivo.get(`/search?q=${encodeURIComponent(typed)}`);
      expect([status, location]).toEqual([303, `/assets/${cast.laptop.id}#recovery`]);
    }
    expect((await ivo.get(`/assets/${cast.laptop.id}`)).text).toContain('id="recovery"');
  });

  test('shows the results when it is something else too', async () => {
    await own.database.em
      .fork()
      .execute('update users set external_id = ? where id = ?', [cast.spare.tag, cast.emil.id]);
    const { status, text } = await ivo.get(`/search?q=${cast.spare.tag}`);
    expect(status).toBe(200);
    expect(addressesIn(text)).toEqual([`/users/${cast.emil.id}`, `/assets/${cast.spare.id}`]);
  });
});

describe('who sees what', () => {
  test('a role finds the pages and actions that it may use', async () => {
    const found = async (visitor: Browserlike, typed: string) =>
      addressesIn((await visitor.get(`/search?q=${typed}`)).text);
    expect(await found(ivo, 'import+people')).toEqual([]);
    expect(await found(ada, 'import+people')).toEqual(['/imports/users/new']);
    expect(await found(ivo, 'webhooks')).toEqual([]);
    expect(await found(ada, 'webhooks')).toEqual(['/settings/webhooks']);
  });

  test('an employee has no box, and is refused', async () => {
    const mira = await web.signIn(cast.mira.email);
    expect((await mira.get('/me')).text).not.toContain('id="search"');
    for (const path of ['/search?q=lena', '/search/suggestions?q=lena'])
      expect((await mira.get(path)).status).toBe(403);
  });

  test('every page that a role finds opens for it', async () => {
    const visitors = {
      employee: await web.signIn(cast.mira.email),
      'it-admin': ivo,
      'super-admin': ada,
    } as const;
    for (const [role, visitor] of Object.entries(visitors)) {
      for (const { address } of pagesFor(role as keyof typeof visitors))
        expect((await visitor.get(address)).status, `${role} ${address}`).toBe(200);
    }
  });
});

test('in a browser: a slash, arrows, Enter and Escape', async () => {
  const browser = await startBrowser();
  const { page, complaints } = await openConsole(browser, web.address, cast.ivo.email);
  const focused = () =>
    page.evaluate('document.activeElement.getAttribute("href") ?? document.activeElement.id');
  await page.goto('/audit');
  // htmx starts after the load event, and a test types faster than a person.
  await page.locator('#search[data-htmx-powered]').waitFor();
  await page.keyboard.press('/');
  expect(await focused()).toBe('search');
  await page.keyboard.type('lena');
  await page.getByRole('search').getByRole('link').first().waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await page.locator('#search-words').innerText()).toMatch(/^\d results?\. Use the arrow keys/);
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toMatch(/^\/users\/\d+$/);
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe('search');
  await page.keyboard.press('Escape');
  expect(await page.locator('#search-found').isVisible()).toBe(false);
  expect(await page.inputValue('#search')).toBe('lena');

  // A slash in a field is a slash.
  await page.keyboard.type('/');
  expect(await page.inputValue('#search')).toBe('lena/');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(cast.license.name);
  await page.locator(`a.found[href="/licenses/${cast.license.id}"]`).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/licenses/${cast.license.id}`);

  // A scanner types the tag and presses Enter.
  await page.keyboard.press('/');
  await page.keyboard.type(cast.laptop.tag);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/assets/${cast.laptop.id}#recovery`);
  expect(await page.locator('#recovery').isVisible()).toBe(true);
  expect(complaints).toEqual([]);
});
