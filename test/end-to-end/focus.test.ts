import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { accessibilityViolations } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { demoAdmin, makeDemoPages } from '../../testing/web/demo-pages.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
// No worker runs, so a completion is still pending after the deadline.
const web = await startWeb(own, { SECRET_KEY: testKey }, { deadlineMs: 300 });
const addressOf = await makeDemoPages(own.database);
const browser = await startBrowser();

test('Undo stays while it has the focus or the pointer, and goes after ten seconds', async () => {
  const cast = await makeCast(own.database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  const reject = async () => {
    await page.getByText('Review & close').click();
    await page.getByRole('button', { name: 'Reject' }).click();
    await undo.waitFor();
  };
  await page.goto(`/offboarding/${cast.lena.id}`);
  await page.clock.install();
  await reject();
  expect(await accessibilityViolations(page)).toEqual([]);
  await undo.focus();
  await page.clock.runFor(30_000);
  await undo.press('Enter');
  await page.getByText('The request for Second monitor is open again.').waitFor();
  expect(await undo.count()).toBe(0);

  await reject();
  await undo.hover();
  await page.clock.runFor(30_000);
  expect(await undo.count()).toBe(1);
  await page.mouse.move(0, 0);
  await page.clock.runFor(9_000);
  expect(await undo.count()).toBe(0);
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
  const forms = routesOf(web.app).filter((route) => /^POST \/(?!(?:api|scim)\/)/.test(route));
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
