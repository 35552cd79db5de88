import { describe, expect, test } from 'vitest';
import { secretBox } from '../../../database/core/secret-box.ts';
import { publishTest } from '../../../database/core/webhook-events.ts';
import { WebhookEvent } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { createEndpoint } from '../../../database/webhooks/endpoints.ts';
import { addDays } from '../../../domain/dates.ts';
import { chosenEventTypes, webhookBody, webhookEventTypes } from '../../../domain/webhooks/webhooks.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { testKey } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { accessibilityViolations, colorRules } from '../../../testing/web/accessibility.ts';
import { startBrowser } from '../../../testing/web/browser.ts';
import {
  documentAt,
  expectAsDescribed,
  refTo,
  validatorOf,
} from '../../../testing/web/openapi-assertions.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { apiRoutes } from '../../../web/api/routes.ts';
import type { Services } from '../../../web/http/services.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const document = await documentAt(web.address);
const routes = apiRoutes({ database: own.database } as Services);

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1, and needs no token', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Lastday' } });
  });

  test('lists exactly the routes of the API with their scopes', () => {
    const described = Object.entries(document.paths!).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { security: unknown }>).map(
        ([method, { security }]) => `${method} ${path} ${JSON.stringify(security)}`,
      ),
    );
    const mapped = routes.map(
      ({ method, path, scope }) =>
        `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${JSON.stringify([{ token: [scope] }])}`,
    );
    expect(described.sort()).toEqual(mapped.sort());
  });

  test('describes every path parameter', () => {
    for (const [path, item] of Object.entries(document.paths!)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(item as Record<string, Described>)) {
        const given = parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name);
        expect(given, path).toEqual(wanted);
      }
    }
  });

  test('resolves every reference, and has unique operation ids', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components?.schemas).toHaveProperty(name!);
    }
    const names = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('makes the assertion reject a response that does not match', async () => {
    const headers = new Headers({ 'content-type': 'application/json' });
    const check = (json: unknown, status = 200) =>
      expectAsDescribed(web.address, 'GET', '/users/x', { status, headers, json });
    await expect(check({ id: 'one' })).rejects.toThrow('must be integer');
    await expect(check({}, 418)).rejects.toThrow('is not described');
  });
});

interface Described {
  parameters?: { in: string; name: string }[];
}

test('every webhook event matches its schema', async () => {
  const cast = await makeCast(own.database);
  const endpoint = { url: 'https://hooks.example/lastday', description: null, eventTypes: chosenEventTypes };
  const { id } = await createEndpoint(em, 'system', endpoint, secretBox(testKey));
  await setEndDate(em, 'token:hr', cast.lena.id, addDays(cast.lastDay, 5));
  await clearChecklist(own.database, cast);
  await completeOffboarding(em, cast.offboardingId, `user:${cast.nora.id}`);
  await setEndDate(em, 'system', cast.emil.id, '2099-01-01');
  await setEndDate(em, 'system', cast.emil.id, null);
  await publishTest(em, `user:${cast.ada.id}`, { id }, new Date());

  const events = await em.fork().findAll(WebhookEvent);
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(webhookEventTypes));
  expect(Object.keys(document.webhooks ?? {}).sort()).toEqual([...webhookEventTypes].sort());
  const validator = validatorOf(document);
  for (const { type, createdAt, data } of events) {
    const body = JSON.parse(webhookBody({ type, occurredAt: createdAt, data }));
    const place = ['webhooks', type, 'post', 'requestBody', 'content', 'application/json', 'schema'];
    const fits = validator.getSchema(refTo(place))!;
    expect(fits(body), `${validator.errorsText(fits.errors)} in ${JSON.stringify(body)}`).toBe(true);
  }
});

describe('the documentation page', () => {
  test('shows every route and event without an inline script', async () => {
    const response = await fetch(`${web.address}/api`);
    expect(response.url).toBe(`${web.address}/api/v1/docs`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await response.text();
    for (const path of Object.keys(document.paths!)) expect(html).toContain(path);
    for (const type of webhookEventTypes) expect(html).toContain(type);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  });

  test.each(['light', 'dark'] as const)('is accessible in the %s color scheme', async (colorScheme) => {
    const browser = await startBrowser();
    const page = await (await browser.newContext({ colorScheme })).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${web.address}/api/v1/docs`);
    const links = await page
      .locator('nav a[href^="#"]')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
    for (const link of links) expect(await page.locator(`[id="${link.slice(1)}"]`).count(), link).toBe(1);
    // The page is long, so rules that do not depend on colors run only once.
    const rules = colorScheme === 'dark' ? colorRules : undefined;
    expect(await accessibilityViolations(page, rules)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
