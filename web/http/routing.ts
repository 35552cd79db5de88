import type { Express, RequestHandler, Response } from 'express';
import { may, type Permission } from '../../domain/access/permissions.ts';
import { Forbidden } from './forbidden.ts';
import { allowOf, MethodNotAllowed } from './method-not-allowed.ts';
import { showFormAgain } from './middleware/form-errors.ts';
import { type Prove, requireProof } from './middleware/proof.ts';
import { requireSecondFactor } from './middleware/second-factor.ts';
import { requireSignIn } from './middleware/signed-in.ts';
import { signedIn } from './signed-in.ts';

/**
 * Who may call a route: anyone without signing in, everyone who is signed in, also before they set up a second factor that
 * the workspace requires, or signed-in users with a permission.
 */
export type Who = 'anyone' | 'set-up' | Permission;

/** One line of the route map. */
export interface Route {
  method: 'get' | 'post';
  path: string;
  who: Who;
  /** Whether the person must have signed in or proved who they are within five minutes. */
  needsProof: boolean;
  handler: RequestHandler;
  /** The page that is shown again with the reason when the handler refuses. Without it the error page is shown. */
  page: RequestHandler | undefined;
}

const route =
  (method: Route['method'], needsProof = false) =>
  (path: string, who: Who, handler: RequestHandler, page?: RequestHandler): Route => ({
    method,
    path,
    who,
    needsProof,
    handler,
    page,
  });

export const get = route('get');
export const post = route('post');
/** A form that needs a recent proof of who is at the browser. */
export const provenPost = route('post', true);

/**
 * Registers the routes; each checks the sign-in, the permission and the proof before its handler runs. Another method of a
 * known address throws MethodNotAllowed. `prove` asks for a proof, where a route needs one.
 */
export function mount(app: Express, routes: Route[], prove?: Prove): void {
  for (const [path, sameAddress] of Map.groupBy(routes, (route) => route.path)) {
    const address = app.route(path);
    const hasPage = sameAddress.some(({ method }) => method === 'get');
    for (const { method, who, needsProof, handler, page } of sameAddress) {
      const guards = guardsOf(who, hasPage);
      if (needsProof) guards.push(requireProof(prove!, hasPage));
      const formErrors = page === undefined ? [] : [showFormAgain(page)];
      address[method](...guards, handler, ...formErrors);
    }
    address.all(refuseOthers(allowOf(sameAddress)));
  }
}

function guardsOf(who: Who, hasPage: boolean): RequestHandler[] {
  if (who === 'anyone') return [];
  if (who === 'set-up') return [requireSignIn(hasPage)];
  return [requireSignIn(hasPage), requireSecondFactor, allowOnly(who)];
}

const refuseOthers =
  (allow: string): RequestHandler =>
  () => {
    throw new MethodNotAllowed(allow);
  };

const allowOnly =
  (permission: Permission): RequestHandler =>
  (_request, response: Response, next) => {
    if (may(signedIn(response).role, permission)) return next();
    throw new Forbidden();
  };
