import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { eventually } from '../../testing/cast/engine.ts';
import { csvOf } from '../../testing/cast/importing.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { accessibilityViolations } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { consoleWithEngine } from '../../testing/web/console.ts';

const { own, database, engine, web } = await consoleWithEngine();
const browser = await startBrowser();
const { nora, emil, timo, rosa } = await makeCast(database);

/** A file with three new end dates, 300 new people and two lines with errors. */
const fileOf = (prefix: string) =>
  csvOf(
    ['External ID', 'Name', 'E-Mail', 'Department', 'End date'],
    ...[emil, timo, rosa].map(({ externalId, name, email }) => [
      externalId,
      name,
      email,
      'Engineering',
      '2031-03-01',
    ]),
    ...Array.from({ length: 300 }, (_, index) => [
      `${prefix}-${index}`,
      `Person ${index}`,
      `${prefix}.${index}@x.example`,
      'Sales',
      null,
    ]),
    [`${prefix}-x`, 'No address', 'nowhere', 'Sales', null],
    [`${prefix}-y`, 'Ambiguous', `${prefix}.y@x.example`, 'Sales', '03/04/2031'],
  );

async function upload(page: Page, csv: string): Promise<void> {
  await page.goto('/imports');
  await page.getByRole('link', { name: 'Import people' }).click();
  await page
    .getByLabel('CSV file')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByRole('button', { name: 'Upload and preview' }).click();
  await page.waitForURL(/\/imports\/\d+$/);
}

const figure = (page: Page, label: string) =>
  page
    .locator('.figure', { has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) })
    .locator('dd')
    .textContent();
const isThere = (externalId: string) => database.em.fork().count(User, { externalId });

test('a large file is checked, needs a confirmation, and is imported while the page shows the progress', async () => {
  const { page, complaints } = await openConsole(browser, web.address, nora.email);
  await upload(page, fileOf('one'));
  expect(
    await Promise.all(
      ['New', 'Changed', 'Errors', 'Would start offboarding'].map((label) => figure(page, label)),
    ),
  ).toEqual(['300', '3', '2', '3']);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByText('Ignored columns').waitFor({ state: 'detached' });

  await page.getByRole('link', { name: /^End dates/ }).click();
  await page
    .getByRole('cell', { name: /1 Mar 2031/ })
    .first()
    .waitFor();
  expect(await isThere('one-0')).toBe(0);

  await page.getByLabel('How many people does this change?').fill('3');
  await page.getByRole('button', { name: 'Import 303 lines' }).click();
  await page.getByText('0 of 305 lines done.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  // No worker runs yet: the page waits, also after a reload, and updates by itself when one starts.
  await page.reload();
  await page.getByRole('heading', { name: 'Starting' }).waitFor();
  startWorkerProcess(own, engine.namespace);
  await page.getByRole('heading', { name: 'Done' }).waitFor({ timeout: 40_000 });
  expect(await Promise.all(['Added', 'Changed', 'Errors'].map((label) => figure(page, label)))).toEqual([
    '300',
    '3',
    '2',
  ]);
  expect(await accessibilityViolations(page)).toEqual([]);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download lines with errors' }).click(),
  ]);
  const errors = await (await download.createReadStream()).toArray();
  expect(Buffer.concat(errors).toString()).toContain('nowhere');
  expect(complaints).toEqual([]);
});

test('an import works without JavaScript', async () => {
  const { page } = await openConsole(browser, web.address, nora.email, { javaScriptEnabled: false });
  await upload(page, fileOf('two'));
  expect(await figure(page, 'Unchanged')).toBe('3');
  await page.getByRole('button', { name: 'Import 300 lines' }).click();
  await eventually(async () => {
    await page
      .getByRole('link', { name: 'Refresh' })
      .click({ timeout: 1_000 })
      .catch(() => undefined);
    return page.getByRole('heading', { name: 'Done' }).isVisible();
  }, 40_000);
  expect(await isThere('two-299')).toBe(1);
});
