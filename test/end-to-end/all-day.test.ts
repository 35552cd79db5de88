import { expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { consoleWithEngine } from '../../testing/web/console.ts';

// For an IT admin who has the console open all day.
const { database, engine, web } = await consoleWithEngine();
await engine.startWorker();
const browser = await startBrowser();

const search = (page: { url(): string }) => new URL(page.url()).search;

test('the breadcrumb returns to the last view of the queue, and the menu to the remembered look-ahead', async () => {
  const cast = await makeCast(database, 100);
  const { page, complaints } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto('/offboarding');
  await page.getByLabel('Look ahead').selectOption('180');
  await page.locator(`#queue a.who-link[href="/offboarding/${cast.lena.id}"]`).click();
  await page.getByRole('heading', { name: 'Lena Brandt' }).waitFor();
  await page.locator('.crumbs').getByRole('link', { name: 'Offboarding' }).click();
  await page.locator('#queue').waitFor();
  expect(search(page)).toBe('?window=180');
  await page.getByRole('navigation').getByRole('link', { name: 'Offboarding' }).click();
  await page.waitForURL((url) => url.search === '');
  expect(await page.getByLabel('Look ahead').inputValue()).toBe('180');
  expect(complaints).toEqual([]);
});

test('the filters, the order and the look-ahead of the queue keep each other', async () => {
  const cast = await makeCast(database, 100);
  const { page, complaints } = await openConsole(browser, web.address, cast.nora.email);
  const lena = page.locator(`#queue a.who-link[href="/offboarding/${cast.lena.id}"]`);
  await page.goto('/offboarding?window=7&show=outside');
  await page.getByLabel('Manager').fill('mira');
  await page.waitForURL((url) => url.searchParams.get('manager') === 'mira');
  await page.getByLabel('Sort by').selectOption('-name');
  await page.waitForURL((url) => url.searchParams.get('sort') === '-name');
  await lena.waitFor();
  await page.getByLabel('Look ahead').selectOption('180');
  await lena.waitFor({ state: 'detached' });
  expect(search(page)).toBe('?window=180&show=outside&manager=mira&sort=-name');
  await page.getByRole('link', { name: 'Outside the queue' }).click();
  await lena.waitFor();
  expect(search(page)).toBe('?window=180&manager=mira&sort=-name');
  expect(await page.getByLabel('Manager').inputValue()).toBe('mira');
  expect(complaints).toEqual([]);
});

test('open forms and typed text stay when another item on the checklist changes', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding/${cast.lena.id}`);
  await page.getByLabel('Review & close: Second monitor').click();
  await page.getByLabel('Note on Second monitor').fill('Nobody needs two');
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await page.getByText('All licenses have been revoked.').waitFor();
  expect(await page.getByLabel('Note on Second monitor').isVisible()).toBe(true);
  expect(await page.getByLabel('Note on Second monitor').inputValue()).toBe('Nobody needs two');
});

test('an error message disappears with the next change', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding/${cast.lena.id}`);
  const asRole = (role: User['role']) => database.em.fork().nativeUpdate(User, { id: cast.ivo.id }, { role });
  await asRole('employee');
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await page.locator('.alert-danger').waitFor();
  await asRole('it-admin');
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await page.locator('.alert-success').waitFor();
  expect(await page.locator('.alert-danger').count()).toBe(0);
});

test('a completion can be requested again after its request was aborted', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.clock.install();
  await page.goto(`/offboarding/${cast.lena.id}/completion`);
  let requests = 0;
  await page.route('**/completion', (route) => {
    requests++;
    // The first request is aborted, as when the user presses Escape.
    return requests === 1 ? route.abort('aborted') : route.continue();
  });
  const button = page.locator('button[data-busy]');
  await button.click();
  await page.getByText('Working…').waitFor();
  await button.click();
  expect(requests).toBe(1);
  await page.clock.fastForward(10_000);
  await page.getByRole('button', { name: 'Mark as offboarded' }).click();
  await page.getByText('Completed by Ivo Marin').waitFor();
});
