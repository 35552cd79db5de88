import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import type { JsonSchema } from '../../../testing/web/from-schema.ts';
import { documentAt } from '../../../testing/web/openapi-assertions.ts';
import { apiOfPeople } from './users/setup.ts';

const { database, web, call } = await apiOfPeople();
const document = await documentAt(web.address);
const schemas = document.components!.schemas as Record<string, JsonSchema>;
const operationAt = (path: string, method: 'get' | 'patch') => document.paths![path]![method]!;
const parameter = (path: string, method: 'get' | 'patch', name: string) =>
  (operationAt(path, method).parameters as { name: string; schema: JsonSchema }[]).find(
    (one) => one.name === name,
  )!.schema;

let cast: Cast;
beforeAll(async () => {
  cast = await makeCast(database);
});
const patch = async (body: object, headers = {}) =>
  (await call('PATCH', `/users/${cast.lena.externalId}`, { body, headers })).status;

/** Whether a text matches its description. JSON schema counts code points. */
function fits({ pattern, maxLength = Number.POSITIVE_INFINITY }: JsonSchema, text: string): boolean {
  return new RegExp(pattern!, 'u').test(text) && [...text].length <= maxLength;
}

describe('the description of a text says what the API asks (E13)', () => {
  const name = schemas.UserPatch!.properties!.name!;

  test('every text of a request has a pattern or a list of words', () => {
    const bare: string[] = [];
    const look = (schema: JsonSchema, path: string) => {
      for (const one of schema.anyOf ?? []) look(one, path);
      for (const [name, one] of Object.entries(schema.properties ?? {})) look(one, `${path}.${name}`);
      const isText = schema.type === 'string' && schema.const === undefined && schema.enum === undefined;
      if (isText && !schema.pattern && !schema.format) bare.push(path);
    };
    const bodies = Object.entries(schemas).filter(([name]) => /Input$|^User(Patch|Put)$/.test(name));
    expect(bodies).toHaveLength(7);
    for (const [name, schema] of bodies) look(schema, name);
    expect(bare.filter((path) => !path.endsWith('.timeZone'))).toEqual([]);
  });

  test.each([
    '',
    ' ',
    'a\0b',
    'a\u001fb',
    'a\u007fb',
    'a\u0085b',
    'a\nb',
    'a\u2028b',
    'a\u202eb',
    '\u200b',
    '\ufffe',
  ])('%j is no name', (text) => {
    expect(fits(name, text)).toBe(false);
  });

  test('a text that fits is taken', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (typed) => {
        fc.pre(fits(name, typed));
        expect(await patch({ name: typed })).toBe(200);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the description of Idempotency-Key says what the API asks (E13)', () => {
  const schema = parameter('/users/{externalId}', 'patch', 'Idempotency-Key');

  test.each(['a', '"a"', '"a b, c"', '"\\""', 'x'.repeat(255), `"${'\\"'.repeat(255)}"`, 'a-b', '~', '[x]'])(
    '%s is a key',
    async (key) => {
      expect(fits(schema, key)).toBe(true);
      expect(await patch({}, { 'Idempotency-Key': key })).toBe(200);
    },
  );

  test.each(['""', 'a b', 'a,b', '"', 'a"', '"a"b"', '"\\x"', 'x'.repeat(256), `"${'x'.repeat(256)}"`, 'ä'])(
    '%s is none',
    async (key) => {
      expect(fits(schema, key)).toBe(false);
      expect(await patch({}, { 'Idempotency-Key': key })).toBe(400);
    },
  );
});

test('a number in a query is described as a number alone (E13)', () => {
  expect(parameter('/users', 'get', 'limit')).toEqual({
    description: expect.any(String),
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
  });
  expect(parameter('/users', 'get', 'id')).not.toHaveProperty('minLength');
});
