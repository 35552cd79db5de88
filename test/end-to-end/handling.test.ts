import { expect, test } from 'vitest';
import { addNote } from '../../database/offboarding/handling/notes.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
const browser = await startBrowser();

test('an admin takes a leaver, notes something and lets a device wait, without a new page', async () => {
  const { lena, ivo, nora, laptop, lastDay } = await makeCast(own.database);
  const { page, complaints } = await openConsole(browser, web.address, ivo.email);
  const hasFocus = () => page.evaluate('document.activeElement !== document.body');
  await page.goto(`/offboarding/${lena.id}`);
  await page.evaluate('window.isSamePage = true');

  await page.getByRole('button', { name: 'I take it' }).click();
  await page.getByText('Ivo Marin is the owner.').waitFor();
  expect(await hasFocus()).toBe(true);

  await page.getByLabel('New note').fill('At reception');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('Note added.').waitFor();
  expect(await page.getByLabel('New note').inputValue()).toBe('');
  expect(await hasFocus()).toBe(true);

  await page.getByText('Put item on hold').click();
  await page.getByLabel('Reason').fill('a courier');
  await page.getByLabel('Until').fill('2020-01-31');
  await page.getByRole('button', { name: 'Put on hold', exact: true }).click();
  await page.getByText('Choose today or a later day.').waitFor();
  // A change by someone else leaves the refused form as it is.
  await page.locator('html[data-live-stream]').waitFor({ state: 'attached' });
  await addNote(own.database.em, nora.id, lena.id, 'Added by Nora');
  await page.getByText('Added by Nora').waitFor();
  expect(await page.getByText('Choose today or a later day.').isVisible()).toBe(true);
  expect(await page.getByLabel('Reason').inputValue()).toBe('a courier');
  await page.getByLabel('Until').fill(lastDay);
  await page.getByRole('button', { name: 'Put on hold', exact: true }).click();
  await page.getByText(`${laptop.tag} is on hold: a courier.`).waitFor();
  await page.locator('#hardware').getByText('On hold: a courier, until').waitFor();
  expect(await page.getByLabel('Reason').isVisible()).toBe(false);
  expect(await page.getByLabel('Reason').inputValue()).toBe('');
  expect(await hasFocus()).toBe(true);

  await page.getByRole('button', { name: `Take off hold: ${laptop.tag}` }).click();
  await page.getByText(`${laptop.tag} is off hold.`).waitFor();
  await page.getByRole('button', { name: "Remove Ivo Marin's note" }).click();
  await page.getByText('Note removed.').waitFor();
  expect(await page.getByText('At reception').count()).toBe(0);
  expect(await page.evaluate('window.isSamePage')).toBe(true);
  expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);
});

test('a note that is being typed stays, also when the same admin adds one in another tab', async () => {
  const { lena, ivo } = await makeCast(own.database);
  const { page } = await openConsole(browser, web.address, ivo.email);
  await page.goto(`/offboarding/${lena.id}`);
  await page.locator('html[data-live-stream]').waitFor({ state: 'attached' });
  await page.getByLabel('New note').fill('Typed here');
  await addNote(own.database.em, ivo.id, lena.id, 'Added there');
  await page.getByText('Added there').waitFor();
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('Note added.').waitFor();
  expect(await page.locator('.notes .note').allInnerTexts()).toEqual(['Typed here', 'Added there']);
});
