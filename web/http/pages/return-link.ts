import type { Request } from 'express';
import { queryText } from '../forms/request.ts';

/** `offboarding` when the user came from a checklist: in addresses (`?from=offboarding`) and hidden fields. */
type ReturnLink = 'offboarding' | null;

/** Where the user came from, by the query string or the form that was sent. */
export const returnLinkOf = (request: Request): ReturnLink =>
  queryText(request, 'from') === 'offboarding' || request.body?.from === 'offboarding' ? 'offboarding' : null;
