import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { scopes } from '../../../domain/access/scopes.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, type Called } from '../../../testing/web/api.ts';
import type { JsonSchema, Resolve } from '../../../testing/web/from-schema.ts';
import { documentAt } from '../../../testing/web/openapi-assertions.ts';
import { validBodies } from '../../../testing/web/valid-bodies.ts';
import { startWeb } from '../../../testing/web/web.ts';
import type { ListedRule } from '../../../web/api/http/endpoint-types.ts';

/** How many bodies each operation gets. */
const numRuns = inject('long') ? 1_000 : 20;

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own, { API_RATE_LIMIT: '1000000' });
const { value } = await createToken(em, 'system', { name: 'valid', scopes });
const call = apiAt(web.address, value);
const document = await documentAt(web.address);
const schemas = document.components!.schemas as Record<string, JsonSchema>;
const resolve: Resolve = (reference) => schemas[reference.split('/').at(-1)!]!;

interface Operation {
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: { 422: { description: string; 'x-rules'?: ListedRule[] } };
}

/** Every operation with a JSON body. Completions are in completion.test.ts, because their only body is `{}`. */
const operations = Object.entries(document.paths!).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>)
    .filter(([, { requestBody }]) => requestBody?.content['application/json'] !== undefined)
    .filter(() => !path.endsWith('/completion'))
    .map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
);

/** A cast whose ids fill the addresses and the references of the bodies. */
async function makeRecords() {
  const { ada, lena, emil, rosa, laptop, spare, license, requestId } = await makeCast(own.database);
  const externalIds = [lena, emil, rosa].map(({ externalId }) => externalId);
  return {
    path: { externalId: [...externalIds, ada.externalId], tag: [laptop.tag, spare.tag] } as Record<
      string,
      string[]
    >,
    references: {
      managerExternalId: [...externalIds, ada.externalId],
      userExternalId: externalIds,
      licenseId: [license.id],
      assignmentId: [laptop.assignmentId],
      requestId: [requestId],
      timeZone: ['Europe/Berlin', 'Pacific/Kiritimati', 'Asia/Kathmandu', 'UTC'],
    },
  };
}

interface Dates {
  startDate?: string | null;
  endDate?: string | null;
}

/** The body with its dates in order, because most pairs of dates would break the rule about them. */
function datesInOrder<Body extends Dates>(body: Body): Body {
  const { startDate, endDate } = body;
  if (startDate == null || endDate == null || startDate <= endDate) return body;
  return { ...body, startDate: endDate, endDate: startDate };
}

/** The problems of a response that no rule lists. */
function unlisted({ status, json }: Called, rules: ListedRule[]): unknown[] {
  if (status !== 400 && status !== 422) return [];
  if (json.code !== 'invalid-input') return rules.some(({ code }) => code === json.code) ? [] : [json];
  return json.errors.filter(
    (error: { pointer?: string; detail: string }) =>
      !rules.some(
        ({ code, pointer, detail }) =>
          code === undefined &&
          (pointer === undefined || pointer === error.pointer) &&
          (detail === undefined || detail === error.detail),
      ),
  );
}

describe('a body that is valid by the description, about records that exist, breaks no rule that it does not list', () => {
  test.each(operations)('%s %s', async (method, path, { requestBody, responses }) => {
    const { path: known, references } = await makeRecords();
    const { 'x-rules': rules = [] } = responses[422];
    const [, name] = /\{(\w+)\}/.exec(path)!;
    const { schema } = requestBody!.content['application/json']!;
    const calls = fc
      .constantFrom(...known[name!]!)
      .chain((id) =>
        fc.tuple(fc.constant(id), validBodies(schema, resolve, { ...references, externalId: [id] })),
      );
    let taken = 0;
    let listed = 0;
    await fc.assert(
      fc.asyncProperty(calls, async ([id, valid]) => {
        const body = datesInOrder(valid as Dates);
        const called = await call(method, path.replace(/\{\w+\}/, encodeURIComponent(id)), { body });
        expect(unlisted(called, rules), JSON.stringify(called.json)).toEqual([]);
        expect(called.status).toBeLessThan(500);
        if (called.status === 422) listed++;
        else taken++;
      }),
      { numRuns },
    );
    expect(taken, `${listed} bodies broke a listed rule`).toBeGreaterThan(0);
  });
});

test('a file that is any text is taken, or breaks a listed rule', async () => {
  const path = '/imports/users';
  const { responses } = document.paths![path]!.post as unknown as Operation;
  const header = fc.constantFrom(
    'name',
    'externalId,name',
    'externalId;name;endDate',
    '"name',
    'name,name',
    'n',
  );
  const line = fc.string({ unit: 'grapheme', maxLength: 30 });
  const files = fc.oneof(
    fc.tuple(header, fc.array(line, { maxLength: 3 })).map(([first, lines]) => [first, ...lines].join('\n')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(files, async (body) => {
      const called = await call('POST', path, { body, headers: { 'Content-Type': 'text/csv' } });
      expect(unlisted(called, responses[422]['x-rules']!), JSON.stringify(called.json)).toEqual([]);
      expect(called.status).toBeLessThan(500);
    }),
    { numRuns },
  );
});

test('each listed rule is in the words of the description, too', () => {
  const ruled = operations.map(([, , { responses }]) => responses[422]);
  for (const { description, 'x-rules': rules } of ruled) {
    for (const rule of rules!) expect(description).toContain(rule.description);
  }
});

test('a text may have as many characters as its description says, whatever their size', async () => {
  const { path } = await makeRecords();
  const rename = (text: string) => call('PATCH', `/users/${path.externalId![0]}`, { body: { name: text } });
  for (const character of ['x', '\u{1f9d1}', '\u{1d160}']) {
    expect((await rename(character.repeat(200))).status, character).toBe(200);
    expect((await rename(character.repeat(201))).status, character).toBe(422);
  }
});
