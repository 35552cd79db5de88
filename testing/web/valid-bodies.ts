import fc from 'fast-check';
import type { JsonSchema, Resolve } from './from-schema.ts';

/** Values of a field that name a record which exists, by field name. */
export type References = Readonly<Record<string, readonly unknown[]>>;

/**
 * Bodies that are valid by their schema, with patterns and lengths used to their ends. A field with references only gets
 * one of those, or null where the schema allows it.
 */
export function validBodies(
  schema: JsonSchema,
  resolve: Resolve,
  references: References = {},
): fc.Arbitrary<unknown> {
  const inner = (one: JsonSchema) => validBodies(one, resolve, references);
  const { $ref, anyOf, const: only, enum: words, type } = schema;
  if ($ref !== undefined) return inner(resolve($ref));
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(inner));
  if (only !== undefined) return fc.constant(only);
  if (words !== undefined) return fc.constantFrom(...words);
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => inner({ ...schema, type: one })));
  if (type === 'object') return objects(schema, inner, references);
  if (type === 'null') return fc.constant(null);
  if (type === 'integer') return fc.integer({ min: schema.minimum!, max: schema.maximum! });
  if (type === 'string') return texts(schema);
  throw new Error(`No valid value is known for ${JSON.stringify(schema)}`);
}

function objects(
  { properties = {}, required = [] }: JsonSchema,
  inner: (schema: JsonSchema) => fc.Arbitrary<unknown>,
  references: References,
) {
  const fields = Object.entries(properties).map(([name, schema]): [string, fc.Arbitrary<unknown>] => {
    const existing = references[name];
    if (existing === undefined) return [name, inner(schema)];
    const values = allowsNull(schema) ? [...existing, null] : existing;
    return [name, fc.constantFrom(...values)];
  });
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required,
  });
}

const allowsNull = ({ type, anyOf = [] }: JsonSchema): boolean =>
  type === 'null' || (Array.isArray(type) && type.includes('null')) || anyOf.some(allowsNull);

function texts(schema: JsonSchema): fc.Arbitrary<string> {
  if (schema.const !== undefined) return fc.constant(String(schema.const));
  const { format, pattern = '', maxLength = 300 } = schema;
  const fits = (text: string) => new RegExp(pattern, 'u').test(text) && [...text].length <= maxLength;
  if (format === 'date') return dates.filter(fits);
  if (format === 'date-time') return times.filter(fits);
  if (pattern.includes('@'))
    return fc.oneof(usualEmails, fc.stringMatching(new RegExp(pattern))).filter(fits);
  const short = fc.string({ unit: characters, minLength: 1, maxLength: 12 });
  const full = characters.map((character) => character.repeat(maxLength));
  return fc.oneof({ weight: 5, arbitrary: short }, full).filter(fits);
}

/** Every code point, with more of those that are cleaned, composed, refused, or longer in UTF-16. */
const characters = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    ...['é', 'e\u0301', '\u0301', '\u0958', '\u{1d160}', '\u200b', '\u200d', '\u2011', '\u00a0', '\u2800'],
    ...['\u0600', '\u{e0041}', '\ufe0f', '\u2028', '\u{1fffe}', '\u{1f9d1}', 'ß', 'İ', '=', '"', '\\', '\n'],
  ),
);

/** All that RFC 3339 calls a date, so also years that the pattern leaves out. */
const dates = fc
  .date({ noInvalidDate: true, min: new Date('1960-01-01'), max: new Date('2209-12-31') })
  .map((date) => date.toISOString().slice(0, 10));

const times = fc
  .tuple(
    fc.date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') }),
    fc.constantFrom('', '.1', '.123456789', '.1234567890'),
    fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+14:00', '-23:59'),
  )
  .map(([date, fraction, offset]) => `${date.toISOString().slice(0, 19)}${fraction}${offset}`);

const usualEmails = fc.uuid().map((id) => `${id}@x.example`);
