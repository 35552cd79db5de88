import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../database/tokens.ts';
import { scopes } from '../../domain/scopes.ts';
import { apiAt, expectProblem, pointers } from '../support/api.ts';
import { makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { documentAt } from '../support/described.ts';
import { ownEngine } from '../support/engine.ts';
import { bodies, type JsonSchema, odd, type Resolve } from '../support/from-schema.ts';
import { startWeb } from '../support/web.ts';

/** How long each operation is tried, in milliseconds; once at least. */
const timeLimit = 2_000;

const own = await ownDatabase();
const engine = await ownEngine(own.database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace, API_RATE_LIMIT: '1000000' });
const { value } = await createToken(own.database.em, 'system', { name: 'fuzz', scopes });
const call = apiAt(web.address, value);
const document = await documentAt(web.address);
const schemas = document.components!.schemas as Record<string, JsonSchema>;
const resolve: Resolve = (reference) => schemas[reference.split('/').at(-1)!]!;

const casts = [await makeCast(own.database), await makeCast(own.database)];
const people = casts.flatMap(({ lena, emil, rosa, nora }) => [lena, emil, rosa, nora]);
const externalIds = people.map(({ externalId }) => externalId);
const things = {
  externalId: externalIds,
  tag: casts.flatMap(({ laptop, spare }) => [laptop.tag, spare.tag]),
  id: casts.map(({ offboardingId }) => String(offboardingId)),
  importId: ['1', '2'],
};
const known = {
  managerExternalId: externalIds,
  userExternalId: externalIds,
  licenseId: casts.map(({ license }) => license.id),
  assignmentId: casts.map(({ laptop }) => laptop.assignmentId),
  timeZone: ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Santiago'],
};

interface Operation {
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}
const operations = Object.entries(document.paths!).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(
    ([method, operation]) => [method.toUpperCase(), path, operation] as const,
  ),
);

beforeAll(async () => {
  await engine.startWorker();
  const headers = { 'Content-Type': 'text/csv' };
  const body = 'externalId,name,email\nF-1,Imported,imported@x.example\n';
  expect((await call('POST', '/imports/users', { headers, body })).status).toBe(202);
});

/** Anything as a text; an object may have a `toString` that is none. */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value : String(JSON.stringify(value));

/** Addresses of an operation: of things that there are, and of whatever can stand in an address. */
const addresses = (path: string): fc.Arbitrary<string> => {
  const step = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
    .filter((text) => !/^\.\.?$/.test(text))
    .map(encodeURIComponent);
  const strange = fc.constantFrom(
    '%00',
    '%20',
    '%0A',
    '%E0%A4%A',
    '..%2F..',
    '%F0%9F%92%A9',
    '__proto__',
    '0',
  );
  const [first, ...rest] = path.split(/(\{\w+\})/);
  return rest.reduce<fc.Arbitrary<string>>((before, part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1] as keyof typeof things | undefined;
    if (name === undefined) return before.map((text) => text + part);
    const there = { weight: 6, arbitrary: fc.constantFrom(...things[name]) };
    return fc.tuple(before, fc.oneof(there, step, strange)).map(([text, value]) => text + value);
  }, fc.constant(first!));
};

/** What stands behind the question mark: mostly nothing, or parameters that there are and are not, right and wrong. */
const queries = ({ parameters = [] }: Operation): fc.Arbitrary<string> => {
  const names = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
  const name = fc.constantFrom(...names, 'unknown', '__proto__', 'limit[]');
  const text = fc.oneof(
    fc.constantFrom('1', '50', 'open', ...externalIds),
    // Longer ones are turned away before they reach us.
    odd.map((value) => asText(value).slice(0, 100)),
  );
  const pair = fc.tuple(name, text).map(([key, one]) => `${key}=${encodeURIComponent(one.toWellFormed())}`);
  const several = fc.array(pair, { minLength: 1, maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`);
  return fc.oneof({ weight: 3, arbitrary: fc.constant('') }, several);
};

const headers: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    'Idempotency-Key': fc.oneof(
      fc.constantFrom('a', '"b"', '', '"', 'a, b'),
      fc.string({ unit: 'binary-ascii', maxLength: 300 }).map(printable),
    ),
    'If-Match': fc.constantFrom('*', '"x"', 'W/"x"', 'nonsense', '"a", "b",', ','),
    'If-None-Match': fc.constantFrom('*', '"x"', ','),
    'Content-Type': fc.constantFrom(
      'application/json; charset=utf-16',
      'text/csv',
      'text/plain',
      'application/json; charset=nonsense',
      'multipart/form-data',
      'x',
    ),
    'Content-Encoding': fc.constantFrom('gzip', 'identity', 'nonsense'),
  },
  { requiredKeys: [] },
);

/** What a header can hold. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, '.').trim();
}

/** Mostly no strange header at all, so that the calls get as far as the work. */
const calls = (path: string, operation: Operation) => {
  const content = Object.entries(operation.requestBody?.content ?? {});
  const [media, { schema }] = content[0] ?? ['', { schema: {} }];
  const body = media === 'application/json' ? bodies(schema, resolve, known) : csv;
  return fc.record({
    address: fc.tuple(addresses(path), queries(operation)).map(([there, query]) => there + query),
    headers: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constant<Record<string, string>>(media === '' ? {} : { 'Content-Type': media }),
      },
      headers,
    ),
    body: content.length === 0 ? fc.constant(undefined) : body,
  });
};

const cell = fc
  .oneof(fc.constantFrom('', '"', '""', '2099-01-31', 'new@x.example', ...externalIds), odd.map(asText))
  .map((text) => text.toWellFormed());
const lines = fc.array(
  fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(',')),
  { maxLength: 5 },
);
const header = fc.constantFrom('externalId,name,email,endDate', 'externalId,jobTitle', '"externalId";"name"');
const csv = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: header }, cell), lines)
  .map(([first, others]) => [first, ...others].join('\n'));

describe('what no caller means gets a clear 4xx, on every route', () => {
  /** The address of something that there is. */
  const addressOf = (path: string) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(things[name as keyof typeof things][0]!));

  test.each(operations)(
    '%s %s, with parameters that are doubled or unknown',
    async (method, path, operation) => {
      const isFile = operation.requestBody?.content['text/csv'] !== undefined;
      const sent = isFile
        ? { body: 'email\n', headers: { 'Content-Type': 'text/csv' } }
        : { body: bodyFor(operation) };
      for (const query of ['?limit=1&limit=2', '?confirm=1&confirm=2', '?__proto__=1', '?x[y]=1']) {
        const called = await call(method, addressOf(path) + query, sent);
        expectProblem(called, 422, 'invalid-input');
        expect(called.json.errors[0]).toHaveProperty('parameter');
      }
    },
  );

  const withJson = operations.filter(
    ([, , { requestBody }]) => requestBody?.content['application/json'] !== undefined,
  );

  test.each(withJson)('%s %s, with a body that is none', async (method, path) => {
    const send = (body: string, headers = {}) => call(method, addressOf(path), { body, headers });
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'text/csv', 'x'])
      expectProblem(await send('{}', { 'Content-Type': type }), 415, 'unsupported-body');
    expectProblem(await send('{}', { 'Content-Encoding': 'gzip' }), 415, 'unsupported-body');
    expectProblem(await send(JSON.stringify({ item: 'x'.repeat(200_000) })), 413, 'too-large');
    const deep = `{"item":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
    expectProblem(await send(deep), 422, 'invalid-input');
    const polluting = await send('{"__proto__":{"role":"admin"},"constructor":1}');
    expectProblem(polluting, 422, 'invalid-input');
    expect(pointers(polluting)).toEqual(expect.arrayContaining(['/__proto__', '/constructor']));
    expectProblem(await send('{"item":'), 400, 'not-understood');
  });
});

/** The least that an operation with a body reads. */
const bodyFor = ({ requestBody }: Operation) => (requestBody === undefined ? undefined : {});

const reached = new Set<number>();

describe('no call that the description allows, or almost allows, ends in a 500', () => {
  test.each(operations)('%s %s', async (method, path, operation) => {
    let end = Number.POSITIVE_INFINITY;
    await fc.assert(
      fc.asyncProperty(calls(path, operation), async ({ address, headers, body }) => {
        if (Date.now() > end) return;
        // The answer is held against the description by whoever calls.
        const { status } = await call(method, address, { headers, body });
        reached.add(status);
        expect(status).toBeLessThan(500);
        end = Math.min(end, Date.now() + timeLimit);
      }),
      { numRuns: 150 },
    );
  });

  test('and the calls got as far as the work and as every kind of refusal', () => {
    expect([...reached]).toEqual(expect.arrayContaining([200, 201, 202, 400, 404, 409, 415, 422]));
  });

  test('nor does any other method', async () => {
    for (const [, path] of operations) {
      for (const method of ['DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH']) {
        const { status } = await call(method, path.replaceAll(/\{\w+\}/g, '1'), { body: '{}' });
        expect(status, `${method} ${path}`).toBeLessThan(500);
      }
    }
  });
});
