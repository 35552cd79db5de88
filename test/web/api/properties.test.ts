import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { scopes } from '../../../domain/access/scopes.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownEngine } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem, pointers } from '../../../testing/web/api.ts';
import type { JsonSchema, Resolve } from '../../../testing/web/from-schema.ts';
import { documentAt } from '../../../testing/web/openapi-assertions.ts';
import { calls, type Known, type Operation } from '../../../testing/web/random-calls.ts';
import { startWeb } from '../../../testing/web/web.ts';

/** How long each operation runs, in milliseconds; it runs longer until one call has succeeded. */
const timeLimit = inject('long') ? 2_000 : 500;
/** How many calls an operation makes in that time, and at most until one has succeeded. */
const tries = { usual: inject('long') ? 150 : 40, most: 1_000 };

const own = await ownDatabase();
const engine = await ownEngine(own.database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace, API_RATE_LIMIT: '1000000' });
const { value } = await createToken(own.database.em, 'system', { name: 'fuzz', scopes });
const call = apiAt(web.address, value);
const document = await documentAt(web.address);
const schemas = document.components!.schemas as Record<string, JsonSchema>;
const resolve: Resolve = (reference) => schemas[reference.split('/').at(-1)!]!;

/** A cast with its items, in which Mira is already offboarded. */
async function makeKnownRecords(): Promise<Known> {
  const { lena, emil, rosa, nora, mira, laptop, spare, license, offboardingId, requestId } = await makeCast(
    own.database,
  );
  const offboardingOfMira = await openForCompletion(own.database.em, 'system', mira.id);
  await completeOffboarding(own.database.em, offboardingOfMira.id, 'system');
  const externalIds = [lena, emil, rosa, nora, mira].map(({ externalId }) => externalId);
  return {
    records: {
      externalId: externalIds,
      tag: [laptop.tag, spare.tag],
      id: [String(offboardingId)],
      importId: ['1', '2'],
    },
    fields: {
      managerExternalId: externalIds,
      userExternalId: externalIds,
      licenseId: [license.id],
      assignmentId: [laptop.assignmentId],
      requestId: [requestId],
      timeZone: ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Santiago'],
    },
  };
}

const operations = Object.entries(document.paths!).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(
    ([method, operation]) => [method.toUpperCase(), path, operation] as const,
  ),
);

let first: Known;
beforeAll(async () => {
  await engine.startWorker();
  first = await makeKnownRecords();
  const headers = { 'Content-Type': 'text/csv' };
  const body = 'externalId,name,email\nF-1,Imported,imported@x.example\n';
  expect((await call('POST', '/imports/users', { headers, body })).status).toBe(202);
});

describe('malformed calls get a clear 4xx on every route', () => {
  /** The address of a record that exists. */
  const addressOf = (path: string) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name) =>
      encodeURIComponent(first.records[name as keyof Known['records']][0]!),
    );

  test.each(operations)('%s %s rejects doubled and unknown parameters', async (method, path, operation) => {
    const isFile = operation.requestBody?.content['text/csv'] !== undefined;
    const sent = isFile
      ? { body: 'email\n', headers: { 'Content-Type': 'text/csv' } }
      : { body: bodyFor(operation) };
    for (const query of ['?limit=1&limit=2', '?confirm=1&confirm=2', '?__proto__=1', '?x[y]=1']) {
      const called = await call(method, addressOf(path) + query, sent);
      expectProblem(called, 422, 'invalid-input');
      expect(called.json.errors[0]).toHaveProperty('parameter');
    }
  });

  const withJson = operations.filter(
    ([, , { requestBody }]) => requestBody?.content['application/json'] !== undefined,
  );

  test.each(withJson)('%s %s rejects a malformed body', async (method, path) => {
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

/** The smallest body that the operation reads. */
const bodyFor = ({ requestBody }: Operation) => (requestBody === undefined ? undefined : {});

const reached = new Set<number>();

describe('no call that the OpenAPI document allows, or almost allows, is a 500', () => {
  test.each(operations)('%s %s', async (method, path, operation) => {
    // Each operation has its own cast, because an earlier one may have offboarded its users.
    const arbitrary = calls(path, operation, await makeKnownRecords(), resolve);
    const end = Date.now() + timeLimit;
    let made = 0;
    let succeeded = false;
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ address, headers, body }) => {
        if (succeeded && (Date.now() > end || made >= tries.usual)) return;
        made++;
        // `call` also checks the response against the OpenAPI document.
        const { status } = await call(method, address, { headers, body });
        reached.add(status);
        succeeded ||= status < 300;
        expect(status).toBeLessThan(500);
      }),
      { numRuns: tries.most },
    );
    expect(succeeded, 'one of the calls got as far as the work').toBe(true);
  });

  test('the calls met every kind of refusal', () => {
    expect([...reached]).toEqual(expect.arrayContaining([400, 404, 409, 415, 422]));
  });

  test('no other method is a 500', async () => {
    for (const [, path] of operations) {
      for (const method of ['DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH']) {
        const { status } = await call(method, path.replaceAll(/\{\w+\}/g, '1'), { body: '{}' });
        expect(status, `${method} ${path}`).toBeLessThan(500);
      }
    }
  });
});
