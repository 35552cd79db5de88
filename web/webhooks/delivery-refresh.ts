import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { ListedDelivery } from '../../database/webhooks/history.ts';
import { isHtmx, queryText } from '../http/forms/request.ts';

/** How a page with pending deliveries polls for changes. */
export interface Refresh {
  /** The polling interval, as htmx writes it. */
  every: string;
  /** A hash of what the page shows. The page sends it back, and the server answers 204 when nothing has changed. */
  seen: string;
}

const soonMs = 60_000;

/**
 * Null when no delivery is pending. The interval is short when an attempt is due within a minute, or when the user has
 * just requested one (`isAsked`).
 */
export function refreshOf(deliveries: readonly ListedDelivery[], isAsked = false): Refresh | null {
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

/** Whether a page that polls already shows the current state. */
export const isUpToDate = (request: Request, refresh: Refresh | null): boolean =>
  isHtmx(request) && refresh !== null && queryText(request, 'seen') === refresh.seen;
