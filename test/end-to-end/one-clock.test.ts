import type { BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import { timeWords } from '../../domain/wording/times.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { accessibilityViolations } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
const browser = await startBrowser();
const cast = await makeCast(own.database);

async function openAudit(options: BrowserContextOptions) {
  const { page } = await openConsole(browser, web.address, cast.ada.email, {
    timezoneId: 'Asia/Tokyo',
    ...options,
  });
  await page.goto('/audit');
  const time = page.locator('.when').first();
  const at = (await time.locator('time').getAttribute('datetime'))!;
  return { page, time, at, exact: page.locator('.exact-time').first() };
}

test("times are in the browser's zone, and keyboard and mouse reach the exact one", async () => {
  const { page, time, at, exact } = await openAudit({});
  expect(await time.innerText()).toBe(timeWords(at, 'Asia/Tokyo'));
  await time.focus();
  await page.keyboard.press('Enter');
  expect(await exact.innerText()).toMatch(/ at \d\d:\d\d:\d\d Japan Standard Time$/);
  const [shown, button] = [(await exact.boundingBox())!, (await time.boundingBox())!];
  expect(shown.y - button.y - button.height).toBeLessThan(20);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await exact.isVisible()).toBe(false);
  await time.click();
  expect(await exact.isVisible()).toBe(true);
});

test('a touch reaches the exact time on a narrow page without scripts, where times name the zone', async () => {
  const { page, time, at, exact } = await openAudit({
    javaScriptEnabled: false,
    hasTouch: true,
    viewport: { width: 360, height: 740 },
  });
  expect(await time.innerText()).toBe(`${timeWords(at, 'UTC')} UTC`);
  await time.tap();
  expect(await exact.innerText()).toMatch(/ at \d\d:\d\d:\d\d Coordinated Universal Time$/);
  const { x, width } = (await exact.boundingBox())!;
  expect(x).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(page.viewportSize()!.width);
});
