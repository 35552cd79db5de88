import type { Request, Response } from 'express';
import { isHtmx, queryText } from '../forms/request.ts';
import { type Alert, notify } from './rendering.ts';

/** `offboarding` when the user came from a checklist: in addresses (`?from=offboarding`) and hidden fields. */
export type ReturnLink = 'offboarding' | null;

/** Where the user came from, by the query string or the form that was sent. */
export const returnLinkOf = (request: Request): ReturnLink =>
  queryText(request, 'from') === 'offboarding' || request.body?.from === 'offboarding' ? 'offboarding' : null;

/** Redirects to another page, which shows the alert. htmx loads the whole page too, because it is not a fragment. */
export function withReturnTo(request: Request, response: Response, to: string, alert: Alert): void {
  notify(response, alert);
  if (isHtmx(request)) response.set('HX-Redirect', to).end();
  else response.redirect(303, to);
}
