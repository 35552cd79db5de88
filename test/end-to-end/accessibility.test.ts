import { expect, test } from 'vitest';
import { makeCast } from '../../testing/cast/cast.ts';
import { addAttempt, addDelivery, subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { accessibilityViolations, colorRules } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);
const browser = await startBrowser();

test.each([
  ['light', 'light'],
  ['dark', 'dark'],
] as const)('people with weak eyes or a screen reader can use it, %s', async (_, colorScheme) => {
  const cast = await makeCast(database, -2);
  const { page } = await openConsole(browser, web.address, cast.ada.email, { colorScheme });
  const paths = [
    '/offboarding',
    '/offboarding?show=overdue&sort=-open',
    '/offboarding/done',
    '/offboarding/reminders',
    `/offboarding/${cast.lena.id}/revocations`,
    `/assets/recovery?ids=${cast.laptop.id}`,
    `/offboarding/${cast.lena.id}`,
    `/offboarding/${cast.emil.id}/completion`,
    '/users',
    `/users/${cast.lena.id}`,
    '/assets',
    `/assets/${cast.laptop.id}`,
    '/licenses',
    `/licenses/${cast.license.id}`,
    '/requests',
    `/requests/${cast.requestId}`,
    '/notifications',
    '/audit',
    '/me',
    '/settings/webhooks',
    '/settings/tokens',
    '/settings/workspace',
    '/duplicates',
    '/search?q=l',
    `/users/${cast.timo.id}/merge`,
    `/users/${cast.timo.id}/merge?into=${cast.rosa.id}`,
    '/imports/mappings',
  ];
  for (const path of paths) {
    await page.goto(path);
    // Only the colours differ between the two schemes.
    expect(await accessibilityViolations(page, colorScheme === 'dark' ? colorRules : undefined)).toEqual([]);
  }
});

test('Undo stays while it has the focus or the pointer, and goes after ten seconds', async () => {
  const cast = await makeCast(database);
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

test('the pages of webhooks are accessible, wide and narrow, light and dark', async () => {
  const cast = await makeCast(database);
  const { id } = await subscribe(database, 'https://hooks.example/', ['user.offboarded']);
  const lost = await addDelivery(database, id, 'failed');
  await addAttempt(database, lost, 1, 'http_error');
  for (const options of [{}, { colorScheme: 'dark' as const, viewport: { width: 380, height: 800 } }]) {
    const { page } = await openConsole(browser, web.address, cast.ada.email, options);
    for (const path of ['', '/new', `/${id}/deliveries`, `/${id}/deliveries/${lost}`]) {
      await page.goto(`/settings/webhooks${path}`);
      expect(await accessibilityViolations(page)).toEqual([]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
  }
});
