import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Notification, Session } from '../../database/entities/index.ts';
import { revokeSeat } from '../../database/inventory/seats.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { recoverLaptop } from '../../testing/cast/clearing.ts';
import { csvOf, importing } from '../../testing/cast/importing.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWebProcess } from '../../testing/servers/web-process.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';

// Two web processes, as behind a load balancer, and the browsers of two admins.
const own = await ownDatabase();
const { database } = own;
const { em } = database;
const [here, there] = await Promise.all([1, 2].map(() => startWebProcess(own, 'nowhere')));
const browser = await startBrowser();

/** A page has its stream before the test changes something. */
const isFollowing = (page: Page) => page.locator('html[data-live-stream]').waitFor({ state: 'attached' });

/** How long changes took until they were on the page, in milliseconds. */
const delays: number[] = [];

/** Waits for a change on a page, less long than until a page without a stream would ask by itself. */
async function shown(change: Locator): Promise<void> {
  const began = performance.now();
  await change.waitFor({ timeout: 7_000 });
  delays.push(performance.now() - began);
}

/** Half of them, because a busy machine delays some. */
const usualDelay = () => delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)];

test('two admins on one leaver follow each other, and keep what they type and the focus', async () => {
  const cast = await makeCast(database);
  const { lena, laptop } = cast;
  const ivo = await openConsole(browser, here!.address, cast.ivo.email);
  const nora = await openConsole(browser, there!.address, cast.nora.email);
  for (const { page } of [ivo, nora]) {
    await page.goto(`/offboarding/${lena.id}`);
    await isFollowing(page);
  }
  await shown(ivo.page.getByText('Also here: Nora Keller'));
  await shown(nora.page.getByText('Also here: Ivo Marin'));

  // Ivo types a note while Nora recovers the laptop.
  await ivo.page.getByLabel('Review & close: Second monitor').click();
  const note = ivo.page.getByLabel('Note on Second monitor');
  await note.fill('No one needs two');
  await recoverLaptop(database, { ...cast, ivo: cast.nora });
  await shown(ivo.page.getByText('All hardware has been recovered.'));
  expect(await ivo.page.getByText(laptop.tag).count()).toBe(0);
  expect(await note.inputValue()).toBe('No one needs two');
  expect(await ivo.page.evaluate('document.activeElement.name')).toBe('note');

  // Nora rejects that request. Its row stays with what Ivo types, until he asks for the change.
  await nora.page.getByLabel('Review & close: Second monitor').click();
  await nora.page.getByRole('button', { name: 'Reject' }).click();
  await ivo.page.getByRole('button', { name: 'Show change' }).waitFor();
  await shown(ivo.page.getByText('All requests have been closed.'));
  expect(await note.inputValue()).toBe('No one needs two');
  await ivo.page.getByRole('button', { name: 'Show change' }).click();
  await note.waitFor({ state: 'detached' });
  expect(await ivo.page.evaluate('document.activeElement.id')).toBe('requests-title');

  // The gate opens by itself.
  expect(await ivo.page.getByRole('button', { name: 'Mark as offboarded' }).isDisabled()).toBe(true);
  await revokeSeat(em, `user:${cast.nora.id}`, cast.seatId);
  await shown(ivo.page.getByText('All assets recovered, all licenses revoked, no open requests.'));
  expect(await ivo.page.getByRole('button', { name: 'Mark as offboarded' }).isEnabled()).toBe(true);

  await nora.page.goto('/me');
  await ivo.page.getByText('Also here:').waitFor({ state: 'hidden' });
  expect([ivo.complaints, nora.complaints]).toEqual([[], []]);
  await ivo.page.context().close();
  await nora.page.context().close();
});

test('the queue, the notification count and the imports follow what machines do', async () => {
  const cast = await makeCast(database);
  const { page, complaints } = await openConsole(browser, here!.address, cast.nora.email);
  await page.goto('/offboarding');
  await isFollowing(page);
  const row = page.locator('tr', { has: page.locator(`a[href="/offboarding/${cast.lena.id}"]`) });
  await row.getByRole('link', { name: 'Review (3)' }).focus();
  await recoverLaptop(database, cast);
  await shown(row.getByRole('link', { name: 'Review (2)' }));
  expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Review (2)');
  const other = await makeCast(database);
  await shown(page.locator(`#queue a.who-link[href="/offboarding/${other.lena.id}"]`));

  const unread = em.fork();
  unread.create(Notification, {
    userId: cast.nora.id,
    kind: 'offboarding_completed',
    aboutUserId: other.lena.id,
  });
  await unread.flush();
  await shown(page.getByRole('link', { name: 'Notifications, 1 unread' }));

  await page.goto('/imports');
  await isFollowing(page);
  const { start, execute } = importing(database, `user:${cast.nora.id}`);
  const lines = [1, 2, 3].map((number) => [`New ${number}`, `new-${cast.nora.id}-${number}@lastday.example`]);
  const id = await start('users', csvOf(['name', 'email'], ...lines));
  await shown(page.locator(`a[href="/imports/${id}"]`));
  await page.goto(`/imports/${id}`);
  await isFollowing(page);
  await page.getByText('0 of 3 lines done').waitFor();
  await execute(id);
  await shown(page.getByText('Finished on'));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a change is usually on the page within a second', () => {
  expect(delays.length).toBeGreaterThan(9);
  expect(usualDelay()).toBeLessThan(1_000);
});

test('with eight tabs open on plain http a ninth page loads, and a hidden tab has no stream', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, here!.address, cast.ivo.email);
  // Pages on plain http have no Web Locks, except on localhost.
  await page.context().addInitScript('delete Navigator.prototype.locks');
  const tabs = [page];
  await page.goto(`/offboarding/${cast.lena.id}`);
  await isFollowing(page);
  while (tabs.length < 8) {
    const tab = await page.context().newPage();
    await tab.goto(`/offboarding/${cast.lena.id}`);
    tabs.push(tab);
  }
  const ninth = await page.context().newPage();
  await ninth.goto('/offboarding', { timeout: 5_000 });
  await ninth.locator('#queue').waitFor();
  const follows = (tab: Page) => tab.locator('html[data-live-stream]').count();
  await expect.poll(async () => (await Promise.all(tabs.map(follows))).filter(Boolean)).toHaveLength(4);

  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));`);
  expect(await page.locator('html[data-live-stream]').count()).toBe(0);
  await recoverLaptop(database, cast);
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: false });
    document.dispatchEvent(new Event('visibilitychange'));`);
  await page.getByText('All hardware has been recovered.').waitFor();
  await page.context().close();
});

test('a page polls where streams do not get through, and says when its session has ended', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, here!.address, cast.ivo.email);
  await page.route('**/live?*', (route) => route.abort());
  await page.goto(`/offboarding/${cast.lena.id}`);
  await recoverLaptop(database, cast);
  await page.getByText('All hardware has been recovered.').waitFor({ timeout: 12_000 });
  await em.fork().nativeDelete(Session, {});
  await page.getByText("Your session expired, so this page isn't updated.").waitFor({ timeout: 12_000 });
  await page.context().close();
});
