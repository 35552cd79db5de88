import fc from 'fast-check';

/** A JSON schema, as far as the OpenAPI document uses it. */
export interface JsonSchema {
  $ref?: string;
  anyOf?: JsonSchema[];
  const?: unknown;
  enum?: unknown[];
  type?: string | string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
}

/** Finds the schema of a reference. */
export type Resolve = (reference: string) => JsonSchema;

/** Values that match a schema. `known` holds existing values, by field name. */
function fitting(
  schema: JsonSchema,
  resolve: Resolve,
  known: Record<string, readonly unknown[]> = {},
): fc.Arbitrary<unknown> {
  const inner = (one: JsonSchema) => fitting(one, resolve, known);
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref));
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(inner));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => inner({ ...schema, type })));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({
        min: schema.minimum ?? -(2 ** 31),
        max: Math.min(schema.maximum ?? 2 ** 31, 2 ** 31),
      });
    case 'array':
      return fc.array(inner(schema.items ?? {}), { maxLength: 5 });
    case 'object':
      return objects(schema, inner, known);
    default:
      return texts(schema);
  }
}

const objects = (
  { properties = {}, required = [] }: JsonSchema,
  inner: (schema: JsonSchema) => fc.Arbitrary<unknown>,
  known: Record<string, readonly unknown[]>,
) =>
  fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => {
        const values = known[name];
        return [
          name,
          values === undefined
            ? inner(schema)
            : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, inner(schema)),
        ];
      }),
    ),
    { requiredKeys: required },
  );

const time = { noInvalidDate: true, min: new Date('1970-01-02'), max: new Date('2199-12-30') };

function texts({ format, pattern, minLength = 0, maxLength = 300 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date') return fc.date(time).map((date) => date.toISOString().slice(0, 10));
  if (format === 'date-time') return fc.date(time).map((date) => date.toISOString());
  if (pattern?.includes('@')) return fc.uuid().map((id) => `${id}@x.example`);
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}

/** Values that match no schema. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,
    1.5,
    2 ** 31,
    1e308,
    -0,
    true,
    [],
    {},
    '\u0000',
    'half \ud800',
    '\u202e',
    "'; drop table users; --",
    '0000-00-00',
    '2026-02-30',
    '9999-12-31',
    '2026-11-24T10:15:00',
    { constructor: { prototype: 1 } },
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Bodies as strings: valid ones, almost valid ones, and random ones. */
export const bodies = (
  schema: JsonSchema,
  resolve: Resolve,
  known: Record<string, readonly unknown[]>,
): fc.Arbitrary<string> => {
  const right = fitting(schema, resolve, known);
  const wrong = fc
    .tuple(right, fc.dictionary(fc.constantFrom(...fieldsOf(schema, resolve)), odd, { maxKeys: 3 }))
    .map(([body, more]) => ({ ...(body as object), ...more }));
  return fc.oneof(
    { weight: 5, arbitrary: right.map((body) => JSON.stringify(body)) },
    { weight: 4, arbitrary: wrong.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: odd.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.constantFrom(...brokenJson) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
  );
};

/** The fields of a schema, and some that no schema has. */
function fieldsOf(schema: JsonSchema, resolve: Resolve): string[] {
  const { properties = {} } = schema.$ref === undefined ? schema : resolve(schema.$ref);
  return [...Object.keys(properties), 'role', 'toString', '', 'a/b~c'];
}

const brokenJson = [
  '',
  '{',
  '{"name":1e999}',
  '{"__proto__":{"role":"admin"},"name":"x"}',
  '{"constructor":{"prototype":{}}}',
  '{"name":"x","name":["y"]}',
  '\ufeff{}',
  '[]',
  'null',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  `{"name":"${'x'.repeat(120_000)}"}`,
];
