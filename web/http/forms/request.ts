import type { Request, Response } from 'express';
import { NotFound } from '../../../domain/failures.ts';
import { cleanText } from '../../../domain/text.ts';

/** The largest integer of PostgreSQL, and so the largest id. */
export const largestId = 2 ** 31 - 1;

/** An id in the address. Throws NotFound(`what`) for a text that cannot be an id. */
export function idIn(request: Request, parameter: string, what: string): number {
  const text = String(request.params[parameter]);
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(id <= largestId)) throw new NotFound(what);
  return id;
}

/** A cleaned identifier in the address. Throws NotFound(`what`) for a text that no identifier can be. */
export function identifierIn(request: Request, parameter: string, what: string): string {
  const cleaned = cleanText(String(request.params[parameter]), 'identifier');
  if ('problem' in cleaned) throw new NotFound(what);
  return cleaned.text;
}

/** Whether htmx sent the request: it expects a fragment and cannot follow a redirect to another page. */
export const isHtmx = (request: Request): boolean => request.get('HX-Request') === 'true';

/** Whether a page sent the request by itself. It does not extend the session. */
export const isPolled = (request: Request): boolean => request.get('Lastday-Poll') !== undefined;

/** A parameter of the query string, trimmed; the first value when it is repeated, empty when it is missing. */
export function queryText(request: Request, name: string): string {
  const value = request.query[name];
  return searchable(Array.isArray(value) ? value[0] : value);
}

/** What was sent as a text to search for; empty when it is none. Removes zero bytes, because PostgreSQL refuses them. */
const searchable = (sent: unknown): string =>
  typeof sent === 'string' ? sent.replaceAll('\0', '').trim() : '';

/** The requested page of a list, from 1; 1 when the parameter is not a number. A page of several lists names each. */
export const pageIn = (request: Request, name = 'page'): number => {
  const text = queryText(request, name);
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1;
};

/** An id in the query string; null when there is none or it cannot be an id. */
export function queryId(request: Request, name: string): number | null {
  const text = queryText(request, name);
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** The id of the last row shown (`?before=`), or null. Append-only lists are paged by it. */
export const beforeIdIn = (request: Request): number | null => queryId(request, 'before');

/** The search text, from the form that was sent or else from the query string; at most 200 characters. */
export function searchIn(request: Request, name: string): string {
  const sent = searchable(request.body?.[name]) || queryText(request, name);
  return sent.slice(0, 200);
}

/** The search text for a person; empty after a successful POST, because the person was chosen. */
export const personSearchIn = (request: Request, { statusCode }: Response): string =>
  request.method === 'POST' && statusCode === 200 ? '' : searchIn(request, 'person');
