import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Asset } from '../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../database/inventory/assignments.ts';
import { completeOffboarding } from '../../database/offboarding/completion.ts';
import { fireReminder } from '../../database/offboarding/reminders.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { reminderNamed } from '../../testing/cast/reminders.ts';
import { subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { accessibilityViolations } from '../../testing/web/accessibility.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
const browser = await startBrowser();

/** Gives a person seven more devices, so that they have ten items. */
async function addDevices(userId: number): Promise<number[]> {
  const fork = em.fork();
  const devices = Array.from({ length: 7 }, (_, index) =>
    fork.create(Asset, {
      tag: `DK-${index}`,
      serial: `5CG2048XY${index}`,
      model: 'Thunderbolt docking station with power supply',
      location: 'Lisbon, second floor',
    }),
  );
  await fork.flush();
  for (const { id } of devices) await assignAsset(em, 'system', id, userId);
  return devices.map(({ id }) => id);
}

test('a checklist and a record of ten items print on one page, with two lines to sign', async () => {
  const cast = await makeCast(database, 20);
  await subscribe(database);
  const devices = await addDevices(cast.lena.id);
  const { id, dueAt } = await reminderNamed(database, cast.lena.id, '7 before');
  await fireReminder(em, id, dueAt);
  const { page } = await openConsole(browser, web.address, cast.ada.email, { colorScheme: 'dark' });
  await page.goto(`/offboarding/${cast.lena.id}`);
  await expectOneSheet(page);
  expect(await page.locator('.item:visible').count()).toBe(10);

  const recovery = { condition: 'worn', nextStatus: 'in_stock', note: 'The cable is missing' } as const;
  for (const device of devices) await recoverAsset(em, `user:${cast.ivo.id}`, device, recovery);
  await clearChecklist(database, cast);
  await completeOffboarding(em, cast.offboardingId, `user:${cast.nora.id}`);
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 360, height: 800 });
  // Without the zone of the browser each time names the workspace's.
  await page.context().clearCookies({ name: 'lastday-zone' });
  await page.reload();
  expect(await page.locator('.zone:visible').count()).toBeGreaterThan(0);
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  await expectOneSheet(page);
  expect(await page.locator('.item:visible').count()).toBe(10);
  expect(await page.getByText('Offboarding completed', { exact: true }).isVisible()).toBe(true);
});

async function expectOneSheet(page: Page) {
  await page.emulateMedia({ media: 'print' });
  for (const hidden of [
    '.sidebar',
    'input[type=search]',
    'input[type=checkbox]',
    'button:not(.when)',
    '.btn',
    '#gate button:not(.when)',
  ])
    expect(await page.locator(`${hidden}:visible`).count(), hidden).toBe(0);
  expect(await page.locator('.signature-line:visible').count()).toBe(2);
  expect(await page.locator('.printed-zone').innerText()).toBe('Times are in UTC.');
  expect(await page.locator('.zone:visible').count()).toBe(0);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
}
