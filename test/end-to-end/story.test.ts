import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { secretBox } from '../../database/core/secret-box.ts';
import { AuditEntry, Notification, User } from '../../database/entities/index.ts';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testKey } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const engine = await ownEngine(database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace, SECRET_KEY: testKey });
startWorkerProcess(own, engine.namespace);
const browser = await startBrowser();
const receiver = await startReceiver();
const { secret } = await createEndpoint(
  database.em,
  'system',
  { url: receiver.url, description: null, eventTypes: ['user.offboarded'] },
  secretBox(testKey),
);

const allClear = 'All assets recovered, all licenses revoked, no open requests.';
const words = (counts: string) => `Cannot complete offboarding: ${counts} still open.`;

/** Completes an offboarding in the browser, from the queue to the last click. */
async function clearByHand(page: Page, { lena, laptop, license }: Cast): Promise<void> {
  await page.goto('/offboarding');
  await page
    .locator('tr', { has: page.locator(`a[href="/offboarding/${lena.id}"]`) })
    .getByRole('link', { name: 'Review (3)' })
    .click();

  await page.getByRole('link', { name: /^Recover/ }).click();
  expect(new URL(page.url()).pathname).toBe(`/assets/${laptop.id}`);
  await page.getByLabel('Good').check();
  await page.getByLabel('In stock').check();
  await page.getByRole('button', { name: 'Record recovery' }).click();
  await page.waitForURL(`**/offboarding/${lena.id}`);
  await page.getByText('All hardware has been recovered.').waitFor();

  await page.getByRole('button', { name: `Revoke ${license.name}` }).click();
  await page.getByText('All licenses have been revoked.').waitFor();

  await page.getByText('Review & close').click();
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByText('All requests have been closed.').waitFor();
  await page.getByText(allClear).waitFor();
}

/** Expects each effect of a completion exactly once. */
async function everythingHappened({ lena, rosa, timo, mira, lastDay }: Cast): Promise<void> {
  const em = database.em.fork();
  expect(await em.findOneOrFail(User, { id: lena.id })).toMatchObject({
    status: 'offboarded',
    endDate: lastDay,
  });
  for (const report of [rosa, timo]) {
    expect((await em.findOneOrFail(User, { id: report.id })).managerId).toBeNull();
    expect(await em.count(AuditEntry, { userId: report.id, action: 'user.manager_cleared' })).toBe(1);
  }
  expect(await em.count(AuditEntry, { userId: lena.id, action: 'user.offboarded' })).toBe(1);
  expect(await em.count(Notification, { userId: mira.id, kind: 'offboarding_completed' })).toBe(1);
  const delivery = await eventually(async () =>
    receiver.received.find(({ body }) => JSON.parse(body).data.user.id === lena.id),
  );
  const event = new Webhook(secret).verify(delivery.body, delivery.headers as Record<string, string>);
  expect(event).toMatchObject({ type: 'user.offboarded', data: { user: { name: 'Lena Brandt' } } });
}

test('an offboarding is completed in a browser, from the queue to the last click', async () => {
  const cast = await makeCast(database);
  const { page, complaints } = await openConsole(browser, web.address, cast.ivo.email);
  await clearByHand(page, cast);
  // Since the recovery the page was never reloaded.
  expect(new URL(page.url()).pathname).toBe(`/offboarding/${cast.lena.id}`);

  await page.getByRole('button', { name: 'Mark as offboarded' }).click();
  await page.getByText('2 people').waitFor();
  await page.getByRole('button', { name: 'Mark as offboarded' }).dblclick();
  await page.getByText('Completed by Ivo Marin').waitFor();
  await everythingHappened(cast);

  await page.goto('/offboarding');
  expect(await page.locator(`a[href="/offboarding/${cast.lena.id}"]`).count()).toBe(0);
  await page.goto(`/users/${cast.rosa.id}`);
  expect(await page.locator('main').innerText()).not.toContain('Lena Brandt');
  expect(complaints).toEqual([]);
});

test('an offboarding is completed without JavaScript', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email, { javaScriptEnabled: false });
  await clearByHand(page, cast);
  await page.getByRole('button', { name: 'Mark as offboarded' }).click();
  await page.getByRole('button', { name: 'Mark as offboarded' }).click();
  await page.getByText('Completed by Ivo Marin').waitFor();
  await everythingHappened(cast);
});

test('a device assigned in another window before confirming is refused with the exact words', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding/${cast.lena.id}/completion`);
  await assignAsset(database.em, `user:${cast.nora.id}`, cast.spare.id, cast.lena.id);
  await page.getByRole('button', { name: 'Mark as offboarded' }).click();
  await page.getByText(words('1 hardware, 0 software, 0 request(s)')).waitFor();
  expect(await page.getByRole('button', { name: 'Mark as offboarded' }).isDisabled()).toBe(true);
  // Reloading this page would otherwise send the completion again.
  expect(new URL(page.url()).pathname).toBe(`/offboarding/${cast.lena.id}`);
  const focused = page.locator('#hardware .item:focus');
  expect(await focused.innerText()).toContain('New since you opened this page');
});

test('the look-ahead changes the list and the address, and Back restores the previous one', async () => {
  const cast = await makeCast(database, 100);
  const { page, complaints } = await openConsole(browser, web.address, cast.ivo.email);
  const lena = page.locator(`#queue a.who-link[href="/offboarding/${cast.lena.id}"]`);
  await page.goto('/offboarding');
  expect(await lena.count()).toBe(0);
  await page.getByLabel('Look ahead').focus();
  await page.getByLabel('Look ahead').selectOption('180');
  await lena.waitFor();
  expect(new URL(page.url()).search).toBe('?window=180');
  expect(await page.evaluate('document.activeElement?.id')).toBe('window');
  await page.goBack();
  await lena.waitFor({ state: 'detached' });
  expect(await page.getByLabel('Look ahead').inputValue()).toBe('30');
  expect(complaints).toEqual([]);
});

test('after a revoke the focus is on the next item, and a screen reader gets the message', async () => {
  const cast = await makeCast(database);
  const { page } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding/${cast.lena.id}`);
  await page.getByRole('button', { name: /^Revoke/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('All licenses have been revoked.').waitFor();
  expect(await page.evaluate('document.activeElement?.id')).toBe(`request-${cast.requestId}`);
  await page
    .getByRole('status')
    .getByText(`${cast.license.name} revoked. The seat is free.`)
    .first()
    .waitFor();
});

test('each leaver has a running workflow', async () => {
  const cast = await makeCast(database);
  const described = await eventually(() =>
    engine
      .handleOf(cast.offboardingId)
      .describe()
      .catch(() => null),
  );
  expect(described.status.name).toBe('RUNNING');
});
