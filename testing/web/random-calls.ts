import fc from 'fast-check';
import { bodies, type JsonSchema, odd, type Resolve } from './from-schema.ts';

/** Values that exist: for path parameters, and for body fields by name. */
export interface Known {
  records: Record<'externalId' | 'tag' | 'id' | 'importId', string[]>;
  fields: Record<string, unknown[]>;
}

/** An operation of the OpenAPI document. */
export interface Operation {
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

/**
 * A value as a string. `String(value)` could throw, because an object may have a `toString` that is not
 * a function.
 */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value : String(JSON.stringify(value));

/** Paths of an operation, with existing, random and malformed parameters. */
const addresses = (path: string, things: Known['records']): fc.Arbitrary<string> => {
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
  const [start, ...rest] = path.split(/(\{\w+\})/);
  return rest.reduce<fc.Arbitrary<string>>((before, part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1] as keyof Known['records'] | undefined;
    if (name === undefined) return before.map((text) => text + part);
    const there = { weight: 6, arbitrary: fc.constantFrom(...things[name]) };
    return fc.tuple(before, fc.oneof(there, step, strange)).map(([text, value]) => text + value);
  }, fc.constant(start!));
};

/** Query strings: mostly empty, else known and unknown parameters with valid and invalid values. */
const queries = ({ parameters = [] }: Operation, externalIds: string[]): fc.Arbitrary<string> => {
  const names = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
  const name = fc.constantFrom(...names, 'unknown', '__proto__', 'limit[]');
  const text = fc.oneof(
    fc.constantFrom('1', '50', 'open', ...externalIds),
    // Node rejects longer ones before the application sees them.
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

/** Replaces characters that a header cannot contain. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, '.').trim();
}

/**
 * Calls of an operation that the OpenAPI document allows, or almost allows. Most have no unusual
 * headers, so that they reach the handler.
 */
export const calls = (path: string, operation: Operation, { records, fields }: Known, resolve: Resolve) => {
  const content = Object.entries(operation.requestBody?.content ?? {});
  const [media, { schema }] = content[0] ?? ['', { schema: {} }];
  const body = media === 'application/json' ? bodies(schema, resolve, fields) : csv(records.externalId);
  return fc.record({
    address: fc
      .tuple(addresses(path, records), queries(operation, records.externalId))
      .map(([there, query]) => there + query),
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

const header = fc.constantFrom('externalId,name,email,endDate', 'externalId,jobTitle', '"externalId";"name"');
const csv = (externalIds: string[]) => {
  const known = fc.constantFrom('', '"', '""', '2099-01-31', 'new@x.example', ...externalIds);
  const cell = fc.oneof(known, odd.map(asText)).map((text) => text.toWellFormed());
  const line = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(','));
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: header }, cell), fc.array(line, { maxLength: 5 }))
    .map((lines) => lines.flat().join('\n'));
};
