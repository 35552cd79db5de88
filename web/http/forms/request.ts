import type { Request, Response } from 'express';
import { NotFound } from '../../../domain/failures.ts';

const largestId = 2 ** 31 - 1;

/** An id out of the address. Anything that cannot be one does not exist: NotFound(`what`). */
export function idIn(request: Request, parameter: string, what: string): number {
  const text = String(request.params[parameter]);
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(id <= largestId)) throw new NotFound(what);
  return id;
}

/** Whether htmx asks: it wants fragments, and cannot follow a redirect to another page. */
export const isHtmx = (request: Request): boolean => request.get('HX-Request') === 'true';

/** One value of the query string; of a repeated one the first. */
export function queryText(request: Request, name: string): string {
  const value = request.query[name];
  return searchable(Array.isArray(value) ? value[0] : value);
}

/** PostgreSQL has no character for a zero byte. */
const searchable = (sent: unknown): string =>
  typeof sent === 'string' ? sent.replaceAll('\0', '').trim() : '';

/** The page asked for, from 1; nonsense is page 1. */
export const pageIn = (request: Request): number => {
  const text = queryText(request, 'page');
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1;
};

/** An id out of the query string, or null. */
export function queryId(request: Request, name: string): number | null {
  const text = queryText(request, name);
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** Lists that only grow are paged by the id of the last row shown: `?before=`. */
export const olderThan = (request: Request): number | null => queryId(request, 'before');

/** What somebody searches for, in the address or in a form that was sent from the page with the search; at most 200 characters. */
export function sought(request: Request, name: string): string {
  const sent = searchable(request.body?.[name]) || queryText(request, name);
  return sent.slice(0, 200);
}

/** The person somebody searches for; nobody any more once they were chosen and it was done. */
export const soughtPerson = (request: Request, { statusCode }: Response): string =>
  request.method === 'POST' && statusCode === 200 ? '' : sought(request, 'person');
