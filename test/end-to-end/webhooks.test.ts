import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { webhookSender } from '../../activities/webhooks/sender.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { allowedRanges } from '../../database/webhooks/address.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { ownEngine, testDependencies, testKey } from '../../testing/cast/engine.ts';
import { deliveriesTo, subscribe } from '../../testing/cast/webhooks.ts';
import { type Received, startReceiver } from '../../testing/outside/receiver.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { openConsole, startBrowser } from '../../testing/web/browser.ts';
import { startWeb } from '../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, startWorker, keepRelaying } = await ownEngine(database);
const web = await startWeb(own, {
  TEMPORAL_NAMESPACE: namespace,
  SECRET_KEY: testKey,
  WEBHOOK_ALLOW: '127.0.0.1',
});
const browser = await startBrowser();

/** A retry schedule of three days, in three seconds. */
const timeouts = { connectMs: 1_000, responseMs: 700, totalMs: 1_000 };
await startWorker({
  ...testDependencies(database),
  sender: webhookSender(allowedRanges(['127.0.0.1']), { timeouts }),
  retrySchedule: [0, 200, 200, 200, 60_000],
});
keepRelaying();

const cast = await makeCast(database);

/** Moves Lena's end date, which creates an event for the endpoints. */
let year = 2050;
const moveEndDate = ({ nora, lena }: Cast = cast) =>
  setEndDate(database.em, `user:${nora.id}`, lena.id, `${year++}-12-31`);

const addInConsole = async (page: Page, url: string, events: string[]) => {
  await page.goto('/settings/webhooks/new');
  await page.getByLabel('URL').fill(url);
  await page.getByLabel('user.offboarded').uncheck();
  for (const event of events) await page.getByLabel(event).check();
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  return page.locator('#shown-once').innerText();
};
const card = (page: Page, url: string) => page.locator('.endpoint', { has: page.getByText(url) });
const verified = (secret: string, { body, headers }: Received) => new Webhook(secret).verify(body, headers);

test('500 twice, then no answer, then 200: the same webhook-id four times, and one success', async () => {
  const receiver = await startReceiver((_request, response) => {
    const number = receiver.received.length;
    if (number <= 2) response.writeHead(500).end('<b>out of order</b>');
    else if (number >= 4) response.end('thanks');
  });
  const { page, complaints } = await openConsole(browser, web.address, cast.ada.email);
  const secret = await addInConsole(page, receiver.url, ['offboarding.end_date_changed']);
  await moveEndDate();

  await card(page, receiver.url).getByRole('link', { name: 'Deliveries' }).click();
  await page.getByRole('link', { name: 'offboarding.end_date_changed' }).click();
  // The page updates by itself.
  await page.locator('h1 .tag', { hasText: 'Delivered' }).waitFor({ timeout: 20_000 });
  expect(receiver.received).toHaveLength(4);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  for (const received of receiver.received) {
    expect(verified(secret, received)).toMatchObject({ type: 'offboarding.end_date_changed' });
  }

  expect(await page.locator('.attempt summary strong').allInnerTexts()).toEqual([
    'Delivered',
    'The endpoint timed out',
    'The endpoint responded with an error',
    'The endpoint responded with an error',
  ]);
  await page.getByText('Attempt 1 ·').click();
  expect(await page.getByLabel('Response to attempt 1').innerText()).toBe('<b>out of order</b>');
  const sent = await page.getByLabel('Request of attempt 1').innerText();
  expect(sent).toContain(`webhook-signature: ${receiver.received[0]!.headers['webhook-signature']}`);
  expect(await page.content()).not.toContain(secret);
  await page.getByText('Raw body').click();
  expect(await page.getByLabel('Raw body').innerText()).toBe(receiver.received[0]!.body);
  expect(complaints).toEqual([]);
});

test('Retry-After of an endpoint is obeyed, unless an admin retries now', async () => {
  const receiver = await startReceiver((_request, response) =>
    response.writeHead(429, { 'retry-after': '3600' }).end(),
  );
  const { page } = await openConsole(browser, web.address, cast.ada.email);
  const { id } = await subscribe(database, receiver.url, ['offboarding.end_date_changed']);
  await moveEndDate();
  await page.goto(`/settings/webhooks/${id}/deliveries?state=pending`);
  await page.getByRole('link', { name: 'offboarding.end_date_changed' }).click();
  await page.getByText('no retry before').waitFor();
  const [delivery] = await deliveriesTo(database, id);
  expect(delivery!.waits).toBeGreaterThan(3_500);
  receiver.answer = (_request, response) => void response.end();
  await page.getByRole('button', { name: 'Send now' }).click();
  await page.locator('h1 .tag', { hasText: 'Delivered' }).waitFor({ timeout: 20_000 });
  expect(receiver.received).toHaveLength(2);
});

test('an endpoint that answers 410 is disabled with a notification, and can be tested, enabled and caught up without JavaScript', async () => {
  const receiver = await startReceiver((_request, response) => response.writeHead(410).end());
  const { page } = await openConsole(browser, web.address, cast.ada.email, { javaScriptEnabled: false });
  const { id } = await subscribe(database, receiver.url, ['offboarding.end_date_changed']);
  await moveEndDate();
  await expect
    .poll(async () => (await deliveriesTo(database, id))[0]?.state, { timeout: 10_000 })
    .toBe('disabled');
  await moveEndDate();
  expect(receiver.received).toHaveLength(1);

  await page.goto('/notifications');
  await page.getByText(`Webhooks to ${receiver.url} are disabled`).waitFor();
  await page.goto('/settings/webhooks');
  await card(page, receiver.url).getByText('because the endpoint responded with 410 Gone').waitFor();

  receiver.answer = (_request, response) => void response.end();
  await card(page, receiver.url).getByRole('button', { name: 'Send test' }).click();
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2);
  expect(JSON.parse(receiver.received[1]!.body)).toMatchObject({ type: 'webhook.test' });

  await page.goto('/settings/webhooks');
  await card(page, receiver.url).getByRole('button', { name: 'Turn on endpoint' }).click();
  await page.getByText("2 events weren't delivered").waitFor();
  await page.getByRole('button', { name: 'Send events again' }).click();
  await page.getByText('2 events queued again').waitFor();
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(4);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  // Both are sent at the same time, so either can arrive first.
  expect(ids.slice(2)).toContain(ids[0]);
  const missed = async () => {
    await page.goto(`/settings/webhooks/${id}/deliveries?state=missed`);
    return page.getByText('No matching deliveries').count();
  };
  await expect.poll(missed, { timeout: 20_000 }).toBe(1);
});

test('an endpoint without a successful delivery for too long is disabled', async () => {
  const receiver = await startReceiver((_request, response) => response.writeHead(503).end());
  const { page } = await openConsole(browser, web.address, cast.ada.email);
  const { id } = await subscribe(database, receiver.url, ['offboarding.end_date_changed']);
  await moveEndDate();
  await page.goto('/settings/webhooks');
  await expect
    .poll(async () => (await deliveriesTo(database, id))[0]?.outcomes.length, { timeout: 10_000 })
    .toBe(4);
  await page.reload();
  await card(page, receiver.url).getByText('Every attempt has failed since').waitFor();

  // Five days pass.
  await database.em
    .fork()
    .execute(`update webhook_endpoints set failing_since = failing_since - interval '5 days'`);
  await moveEndDate();
  await expect
    .poll(async () => (await deliveriesTo(database, id)).map(({ state }) => state), { timeout: 10_000 })
    .toEqual(['disabled', 'disabled']);
  await page.reload();
  await card(page, receiver.url).getByText('because every attempt failed for 5 days').waitFor();
  await page.goto(`/offboarding/${cast.lena.id}`);
  await page.locator('.webhook', { hasText: receiver.url }).first().getByText('Not sent').waitFor();
});

test('a new secret signs together with the old one, and a delivery can be resent', async () => {
  const receiver = await startReceiver();
  const { page } = await openConsole(browser, web.address, cast.ada.email);
  const before = await addInConsole(page, receiver.url, ['offboarding.end_date_changed']);
  await moveEndDate();
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);

  await card(page, receiver.url).getByLabel('Rotate secret for').click();
  await card(page, receiver.url).getByRole('button', { name: 'Rotate secret', exact: true }).click();
  const after = await page.locator('#shown-once').innerText();
  expect(after).not.toBe(before);
  await card(page, receiver.url).getByText('the old one works until').waitFor();

  await card(page, receiver.url).getByRole('link', { name: 'Deliveries' }).click();
  await page.getByRole('link', { name: 'offboarding.end_date_changed' }).click();
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.locator('h1 .tag', { hasText: 'Delivered' }).waitFor({ timeout: 10_000 });
  const [first, second] = receiver.received as [Received, Received];
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(second.body).toBe(first.body);
  for (const secret of [before, after]) expect(verified(secret, second)).toBeTruthy();
  expect(() => verified(after, first)).toThrow();

  await page.goto('/settings/webhooks');
  await card(page, receiver.url).getByLabel('Rotate secret for').click();
  await card(page, receiver.url).getByRole('button', { name: 'Rotate secret', exact: true }).click();
  await page.getByText('The secret was rotated less than 24 hours ago').waitFor();
});
