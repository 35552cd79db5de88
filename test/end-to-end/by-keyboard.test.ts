import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createLicense } from '../../database/inventory/licenses.ts';
import { assignSeat } from '../../database/inventory/seats.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { rejectRequest } from '../../testing/cast/clearing.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { consoleWithEngine } from '../../testing/web/console.ts';

// For an IT admin who doesn't use the mouse.
const { database, engine, web } = await consoleWithEngine();
await engine.startWorker();
const browser = await startBrowser();

/** Where the focus is: `message`, or the id of the element or of the part that it is in. */
const focused = (page: Page) =>
  page.evaluate(
    'document.activeElement.matches(".alert") ? "message" : (document.activeElement.closest("[id]")?.id ?? "body")',
  );

/** Presses keys and counts them. */
function keyboardOf(page: Page) {
  let count = 0;
  return {
    count: () => count,
    press: async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      count += keys.length;
    },
    tabTo: async (selector: string) => {
      do {
        await page.keyboard.press('Tab');
        count++;
      } while (!(await page.evaluate(`document.activeElement.matches('${selector}')`)));
    },
  };
}

/** Lena leaves first, and has one device and two seats. */
async function twoSeats(): Promise<Cast> {
  const cast = await makeCast(database, -30);
  const facts = { name: `Miro ${cast.lena.id}`, vendor: null, seatsTotal: 5 };
  await assignSeat(database.em, 'system', await createLicense(database.em, 'system', facts), cast.lena.id);
  await rejectRequest(database, cast);
  return cast;
}

test('one device and two seats are cleared and completed by 40 keys at most', async () => {
  const cast = await twoSeats();
  const { page, complaints } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto('/offboarding');
  const { press, tabTo, count } = keyboardOf(page);
  await press('j');
  expect(await page.evaluate('document.activeElement.innerText')).toBe('Lena Brandt');
  await press('o');
  await page.waitForURL(`**/offboarding/${cast.lena.id}`);
  await press('j', 'r');
  await page.waitForURL(`**/assets/${cast.laptop.id}**`);
  await tabTo('[name="condition"]');
  await press('Space');
  await tabTo('[name="nextStatus"]');
  await press('Space', 'Enter');
  await page.getByText('All hardware has been recovered.').waitFor();
  expect(await focused(page)).toBe('message');
  await press('j', 'r');
  await page.getByText(/revoked\. The seat is free/).waitFor();
  await press('r');
  await page.getByText('All licenses have been revoked.').waitFor();
  await press('c');
  await page.getByText("can't be undone").waitFor();
  await press('c', 'Enter');
  await page.getByText('Lena Brandt is now offboarded.').waitFor();
  expect(await focused(page)).toBe('message');
  expect(count()).toBeLessThanOrEqual(40);
  expect(complaints).toEqual([]);
});

test('a revoked seat is taken back by one key', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding/${cast.lena.id}`);
  for (const key of 'jjr') await page.keyboard.press(key);
  await page.getByText('All licenses have been revoked.').waitFor();
  expect(await focused(page)).toBe(`request-${cast.requestId}`);
  await page.keyboard.press('u');
  await page.getByText('Revocation undone.').waitFor();
  expect(await focused(page)).toBe('message');
});

test('single keys do nothing in fields, with modifier keys, and once they are turned off', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding/${cast.lena.id}`);
  await page.keyboard.press('Control+j');
  expect(await focused(page)).toBe('body');
  await page.keyboard.press('j');
  expect(await focused(page)).toBe(`assignment-${cast.laptop.assignmentId}`);
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Escape');
  expect(await focused(page)).toBe(`assignment-${cast.laptop.assignmentId}`);
  for (const key of 'jjr') await page.keyboard.press(key);
  await page.keyboard.type('rojck?');
  const note = page.getByLabel('Note on Second monitor');
  expect(await note.inputValue()).toBe('rojck?');

  await page.goto('/me');
  await page.getByLabel('Single-key shortcuts').uncheck();
  await page.locator('#shortcuts').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Keyboard shortcuts are off.').waitFor();
  await page.goto(`/offboarding/${cast.lena.id}`);
  for (const key of 'j/?') await page.keyboard.press(key);
  expect(await focused(page)).toBe('body');
});
