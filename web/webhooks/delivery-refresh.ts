import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { ListedDelivery } from '../../database/webhooks/history.ts';
import { isHtmx, queryText } from '../http/forms/request.ts';

/** How a page with deliveries on their way keeps itself up to date. */
export interface Refresh {
  /** How often to ask, as htmx writes it. */
  every: string;
  /** What the page shows: asked again with it, the server answers only when something is different. */
  seen: string;
}

const soonMs = 60_000;

/**
 * Null when nothing is on its way any more. What is tried soon, or has been asked for (`isAsked`), is looked after
 * often, the rest now and then.
 */
export function refreshing(deliveries: readonly ListedDelivery[], isAsked = false): Refresh | null {
  const pending = deliveries.filter(({ state }) => state === 'pending');
  if (pending.length === 0) return null;
  const isSoon = pending.some(({ nextTryAt }) => (nextTryAt?.getTime() ?? 0) - Date.now() < soonMs);
  return { every: isAsked || isSoon ? '2s' : '10s', seen: digestOf(deliveries) };
}

const digestOf = (deliveries: readonly ListedDelivery[]): string =>
  createHash('sha256')
    .update(deliveries.map(({ id, state, tries }) => `${id} ${state} ${tries}`).join('\n'))
    .digest('base64url')
    .slice(0, 16);

/** Whether a page that refreshes itself shows everything already. */
export const seenAlready = (request: Request, refresh: Refresh | null): boolean =>
  isHtmx(request) && refresh !== null && queryText(request, 'seen') === refresh.seen;
