import type { Request, Response } from 'express';
import { isHtmx, queryText } from '../forms/request.ts';
import { type Alert, notify } from './rendering.ts';

/** The checklist as the page somebody came from, in addresses (`?from=offboarding`) and hidden fields. */
export type ReturnLink = 'offboarding' | null;

/** Whether somebody came from a checklist, as the address says, or the form that was sent. */
export const returnLinkOf = (request: Request): ReturnLink =>
  queryText(request, 'from') === 'offboarding' || request.body?.from === 'offboarding' ? 'offboarding' : null;

/** Goes to another page and says there what happened. htmx goes there too, instead of swapping that page into this one. */
export function withReturnTo(request: Request, response: Response, to: string, alert: Alert): void {
  notify(response, alert);
  if (isHtmx(request)) response.set('HX-Redirect', to).end();
  else response.redirect(303, to);
}
