import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { afterAll } from 'vitest';
import { castPassword } from '../cast/cast.ts';
import { chromiumPath } from '../servers/chromium.ts';

/** Starts Chromium for this test file. It closes after the last test. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  afterAll(() => browser.close());
  return browser;
}

/** Opens a page that is signed in through the form. `complaints` collects its console errors. */
export async function openConsole(
  browser: Browser,
  address: string,
  email: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(castPassword);
  const asked = requestsOf(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page
    .waitForURL((url) => url.pathname !== '/sign-in' && url.pathname !== '/session')
    .catch(async (error: Error) => {
      throw new Error(`${error.message}\n${asked.join('\n')}\n${await page.locator('body').innerText()}`);
    });
  return { page, complaints };
}

/** Records the page's requests and how they ended, for the message of a failure. */
function requestsOf(page: Page): string[] {
  const began = Date.now();
  const asked: string[] = [];
  const note = (how: string) => (request: Request) =>
    asked.push(`${Date.now() - began} ms: ${how} ${request.method()} ${request.url()}`);
  page.on('request', note('asked'));
  page.on('requestfinished', note('finished'));
  page.on('requestfailed', note('failed'));
  return asked;
}
