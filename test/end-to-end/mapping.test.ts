import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { makeCast } from '../../testing/cast/cast.ts';
import { csvOf } from '../../testing/cast/importing.ts';
import { statementsOf } from '../../testing/cast/statements.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { accessibilityViolations } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
const browser = await startBrowser();
const { nora, emil } = await makeCast(own.database);

async function upload(page: Page, exit: string, lines = 1): Promise<void> {
  const rows = Array.from({ length: lines }, () => [emil.email, '2099-12-31']);
  const buffer = Buffer.from(csvOf(['E-Mail', exit], ...rows));
  await page.goto('/imports/users/new');
  await page.getByLabel('CSV file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Upload and preview' }).click();
  await page.waitForURL(/\/columns$/);
}

test('(R17) columns are chosen without JavaScript, and the next file needs no choice', async () => {
  const { page } = await openConsole(browser, web.address, nora.email, { javaScriptEnabled: false });
  await upload(page, 'Exit');
  await page.getByLabel('Exit').selectOption({ label: 'End date' });
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('Exit → End date').waitFor();
  await page.getByRole('link', { name: 'Saved columns' }).click();
  await page.getByRole('button', { name: /^Remove/ }).click();
  await page.getByText('No saved columns').waitFor();
});

test('(R17) columns are chosen by keyboard, on a narrow screen, by people who use a screen reader', async () => {
  const options = { viewport: { width: 360, height: 800 } };
  const { page, complaints } = await openConsole(browser, web.address, nora.email, options);
  const header = `Exit_${'of_the_very_long_header'.repeat(6)}`;
  const expectUsable = async () => {
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  };
  await upload(page, header);
  await expectUsable();
  await page.getByLabel(header).focus();
  await page.keyboard.type('End d');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/imports\/\d+$/);
  await expectUsable();
  await page.goto('/imports/mappings');
  await expectUsable();
  expect(complaints).toEqual([]);
});

test('(R17) the pages need the same number of statements for a long file', async () => {
  const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
  // Without JavaScript, because a page that follows changes reads by itself.
  const { page } = await openConsole(browser, web.address, nora.email, { javaScriptEnabled: false });
  const counts = [];
  for (const lines of [1, 300]) {
    await upload(page, `Leaves ${lines}`, lines);
    const address = new URL(page.url()).pathname;
    const sent = await statementsOf(() => page.goto(address));
    counts.push(sent.filter((statement) => !noise.test(statement)).length);
  }
  expect(counts[1]).toBe(counts[0]);
});
