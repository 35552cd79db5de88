import type { Request, RequestHandler } from 'express';
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
    const { userId, startedAt, provider } = request.session;
    if (userId !== undefined && startedAt !== undefined && Date.now() - startedAt < absoluteLimitMs) {
      const person = await personSignedIn(database.em, userId);
      // The provider asks for a second factor itself.
      response.locals.signedIn =
        person && provider ? { ...person, lacksSecondFactor: false } : (person ?? undefined);
    }
    response.locals.path = request.path;
    next();
  };

/**
 * Redirects users who are not signed in to the sign-in page, which leads back. After a POST a notice says that nothing
 * was changed. `hasPage`: whether the address of the route can be opened.
 */
export const requireSignIn =
  (hasPage: boolean): RequestHandler =>
  (request, response, next) => {
    if (response.locals.signedIn !== undefined) return next();
    const back = request.method === 'GET' ? request.originalUrl : pageOfForm(request, hasPage);
    if (request.method === 'POST') {
      const text = 'Your session expired, so nothing was changed. Sign in and try again.';
      notify(response, { tone: 'warning', text });
    }
    const signIn = `/sign-in?return=${encodeURIComponent(back)}`;
    // htmx would follow a redirect and swap the sign-in page into a fragment.
    if (isHtmx(request)) response.status(401).set('HX-Redirect', signIn).end();
    else response.redirect(303, signIn);
  };

/** The page that a form was on. A refused form, and a question before a big step, is shown at the form's own address. */
export function pageOfForm(request: Request, hasPage: boolean): string {
  const page = pathOf(request.get('Referer'));
  if (page === null) return '/';
  return page.split('?')[0] === request.path && !hasPage ? '/' : page;
}

function pathOf(address: string | undefined): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const { pathname, search } = new URL(address);
  return pathname + search;
}
