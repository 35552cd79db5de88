import { z } from 'zod';
import type { Verb } from '../resource/many.ts';
import type { Operation } from '../resource/patch.ts';
import { isEmpty, isObject } from '../resource/value.ts';
import { badRequest } from './scim-error.ts';

/** The most operations of one PATCH. */
const mostOperations = 1_000;

/** In characters. A path holds at most one filter. */
const longestPath = 3_000;

/** An object whose names may be in any case; the schema has them in lower case. */
export const anyCase = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess(
    (sent) =>
      isObject(sent)
        ? Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]))
        : sent,
    z.object(shape, { error: 'Expected an object.' }),
  );

const operation = anyCase({
  op: z
    .string({ error: 'Expected add, replace or remove.' })
    .toLowerCase()
    .refine((op): op is Verb => ['add', 'replace', 'remove'].includes(op), {
      error: 'Expected add, replace or remove.',
    }),
  path: z
    .string({ error: 'Expected a path as text.' })
    .max(longestPath, { error: 'The path is too long.' })
    .nullish(),
  value: z.unknown().optional(),
});

const patch = anyCase({
  operations: z
    .array(operation, { error: 'Expected a list of Operations.' })
    .min(1, { error: 'Expected at least one operation.' })
    .max(mostOperations, { error: `Send at most ${mostOperations} operations.` }),
});

/** Reads the body of a PATCH. Throws a 400 `invalidSyntax` for one that is none. */
export const readPatch = (body: unknown): Operation[] =>
  readMessage(patch, body).operations.map(({ op, path, value }) => ({ op, path: path ?? undefined, value }));

const word = z.string({ error: 'Expected text.' });

const list = z
  .preprocess((sent) => (typeof sent === 'string' ? sent.split(',') : sent), z.array(word).max(100))
  .nullish();

/** Directories send an empty parameter for none. */
const wholeNumber = z
  .preprocess((sent) => (isEmpty(sent) ? undefined : sent), z.coerce.number().optional())
  .refine((number) => number === undefined || Number.isSafeInteger(number), {
    error: 'Expected a whole number.',
  });

const search = anyCase({
  filter: word.nullish(),
  startindex: wholeNumber,
  count: wholeNumber,
  attributes: list,
  excludedattributes: list,
});

/** The parameters of a list, from an address or the body of a search. */
export interface ListQuery {
  filter: string | undefined;
  startIndex: number;
  count: number | undefined;
  attributes: string[] | undefined;
  excludedAttributes: string[] | undefined;
}

/** Reads the parameters of a list. Throws a 400 `invalidValue`. */
export function readListQuery(sent: unknown): ListQuery {
  const read = readMessage(search, sent, 'invalidValue');
  return {
    filter: read.filter ?? undefined,
    // The RFC takes a value below 1 as 1.
    startIndex: Math.max(1, read.startindex ?? 1),
    count: read.count,
    attributes: named(read.attributes),
    excludedAttributes: named(read.excludedattributes),
  };
}

const named = (names: string[] | null | undefined) =>
  names?.map((name) => name.trim()).filter((name) => name !== '');

/** Reads a message with a schema. Throws a 400 that says where it is wrong. */
export function readMessage<Schema extends z.ZodType>(
  schema: Schema,
  sent: unknown,
  scimType: 'invalidSyntax' | 'invalidValue' = 'invalidSyntax',
): z.infer<Schema> {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw badRequest(scimType, path.length > 0 ? `${path.join('.')}: ${message}` : message);
}
