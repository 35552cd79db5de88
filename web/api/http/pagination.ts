import type { Request } from 'express';
import { z } from 'zod';
import type { CursorPage } from '../../../database/core/pagination.ts';
import { largestId } from '../../http/forms/request.ts';
import type { Answer } from './endpoints.ts';
import { asInteger, parameter } from './read-query.ts';

const usualLimit = 50;
const highestLimit = 200;

/** The query parameters of every paginated list. */
export const pageQuery = {
  limit: parameter(`Expected a whole number from 1 to ${highestLimit}`)
    .regex(/^[1-9]\d{0,3}$/, { error: `Expected a whole number from 1 to ${highestLimit}.` })
    .transform(Number)
    .refine((limit) => limit <= highestLimit, {
      error: `Expected a whole number from 1 to ${highestLimit}.`,
    })
    .optional()
    .meta({
      description: 'The maximum number of items on a page.',
      override: asInteger({ maximum: highestLimit, default: usualLimit }),
    }),
  cursor: parameter('Expected the nextCursor of the previous page')
    .transform((cursor, context) => {
      const after = idIn(cursor);
      if (after !== null) return after;
      context.addIssue({ code: 'custom', message: 'Expected the nextCursor of the previous page.' });
      return z.NEVER;
    })
    .optional()
    .meta({ description: 'The `nextCursor` of the previous page. Without it you get the first page.' }),
};

/** The id after which a page begins, and the page's length, with the defaults. */
export const pageRange = ({
  limit,
  cursor,
}: {
  limit?: number | undefined;
  cursor?: number | undefined;
}) => ({
  limit: limit ?? usualLimit,
  after: cursor ?? 0,
});

/** The schema of a page of a list; `id` is its name in the OpenAPI document. */
export const pageSchema = (id: string, item: z.ZodType) =>
  z
    .strictObject({
      items: z.array(item),
      nextCursor: z.string().nullable().meta({ description: 'For the next page; null on the last page.' }),
    })
    .meta({ id });

/** The response with a page of a list. Its Link header has the address of the next page. */
export function pageAnswer(request: Request, { rows, next }: CursorPage<unknown>): Answer {
  const nextCursor = next === null ? null : cursorOf(next);
  const body = { items: rows, nextCursor };
  if (nextCursor === null) return { body };
  const address = new URL(request.originalUrl, 'http://x');
  address.searchParams.set('cursor', nextCursor);
  return { body, headers: { Link: `<${address.pathname}${address.search}>; rel="next"` } };
}

const cursorOf = (id: number): string => Buffer.from(`after ${id}`).toString('base64url');

function idIn(cursor: string): number | null {
  const [, digits] = /^after ([1-9]\d{0,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const id = Number(digits);
  return id <= largestId ? id : null;
}
