import type { Express, RequestHandler, Response } from 'express';
import { may, type Permission } from '../../domain/access/permissions.ts';
import { Forbidden } from './forbidden.ts';
import { showFormAgain } from './middleware/form-errors.ts';
import { requireSignIn } from './middleware/signed-in.ts';
import { signedIn } from './signed-in.ts';

/** Who may call a route: anybody at all, or whoever has a permission. */
export type Who = 'anyone' | Permission;

/** One line of the route map. */
export interface Route {
  method: 'get' | 'post';
  path: string;
  who: Who;
  handler: RequestHandler;
  /** The page that says why the handler refused what was asked. Without one the error page does. */
  page: RequestHandler | undefined;
}

const route =
  (method: Route['method']) =>
  (path: string, who: Who, handler: RequestHandler, page?: RequestHandler): Route => ({
    method,
    path,
    who,
    handler,
    page,
  });

export const get = route('get');
export const post = route('post');

/** Puts the routes into the app; every one asks who is there before its handler runs. */
export function mount(app: Express, routes: Route[]): void {
  for (const { method, path, who, handler, page } of routes) {
    const guards = who === 'anyone' ? [] : [requireSignIn, allowOnly(who)];
    const formErrors = page === undefined ? [] : [showFormAgain(page)];
    app[method](path, ...guards, handler, ...formErrors);
  }
}

const allowOnly =
  (permission: Permission): RequestHandler =>
  (_request, response: Response, next) => {
    if (may(signedIn(response).role, permission)) return next();
    throw new Forbidden();
  };
