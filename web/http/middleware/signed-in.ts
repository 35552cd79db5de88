import type { RequestHandler } from 'express';
import { personSignedIn } from '../../../database/access/sessions.ts';
import { isHtmx } from '../forms/request.ts';
import { notify } from '../pages/rendering.ts';
import type { Services } from '../services.ts';
import { absoluteLimitMs } from '../session-limits.ts';

/**
 * Reads the signed-in person on every request, so that a person who is no longer active is signed out at once,
 * even if the session still exists.
 */
export const findSignedIn =
  ({ database }: Services): RequestHandler =>
  async (request, response, next) => {
    // Before anything is read, so that a change after this moment is later than what the page shows.
    response.locals.askedAt = Date.now();
    const { userId, startedAt } = request.session;
    if (userId !== undefined && startedAt !== undefined && Date.now() - startedAt < absoluteLimitMs) {
      response.locals.signedIn = (await personSignedIn(database.em, userId)) ?? undefined;
    }
    response.locals.path = request.path;
    next();
  };

/**
 * Redirects users who are not signed in to the sign-in page, which leads back. After a POST a notice says that nothing
 * was changed.
 */
export const requireSignIn: RequestHandler = (request, response, next) => {
  if (response.locals.signedIn !== undefined) return next();
  const back = request.method === 'GET' ? request.originalUrl : (pathOf(request.get('Referer')) ?? '/');
  if (request.method === 'POST') {
    const text = 'Your session expired, so nothing was changed. Sign in and try again.';
    notify(response, { tone: 'warning', text });
  }
  const signIn = `/sign-in?return=${encodeURIComponent(back)}`;
  // htmx would follow a redirect and swap the sign-in page into a fragment.
  if (isHtmx(request)) response.status(401).set('HX-Redirect', signIn).end();
  else response.redirect(303, signIn);
};

function pathOf(address: string | undefined): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const { pathname, search } = new URL(address);
  return pathname + search;
}
