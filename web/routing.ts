import type { Express, RequestHandler, Response } from 'express';
import { may, type Permission } from '../domain/permissions.ts';
import { requireSignIn } from './middleware/signed-in.ts';
import { Forbidden } from './sign-in/forbidden.ts';
import { signedIn } from './sign-in/signed-in.ts';

/** Who may call a route: anybody at all, or whoever has a permission. */
export type Who = 'anyone' | Permission;

/** One line of the route map. */
export interface Route {
  method: 'get' | 'post';
  path: string;
  who: Who;
  handler: RequestHandler;
}

export const get = (path: string, who: Who, handler: RequestHandler): Route => ({
  method: 'get',
  path,
  who,
  handler,
});
export const post = (path: string, who: Who, handler: RequestHandler): Route => ({
  method: 'post',
  path,
  who,
  handler,
});

/** Puts the routes into the app; every one asks who is there before its handler runs. */
export function mount(app: Express, routes: Route[]): void {
  for (const { method, path, who, handler } of routes) {
    if (who === 'anyone') app[method](path, handler);
    else app[method](path, requireSignIn, allowOnly(who), handler);
  }
}

const allowOnly =
  (permission: Permission): RequestHandler =>
  (_request, response: Response, next) => {
    if (may(signedIn(response).role, permission)) return next();
    throw new Forbidden();
  };
