import type { RequestHandler, Response } from 'express';
import { findLivingToken, type LivingToken } from '../../../database/access/tokens.ts';
import type { Scope } from '../../../domain/access/scopes.ts';
import { type Actor, tokenActor } from '../../../domain/actor.ts';
import type { Services } from '../../http/services.ts';
import { ApiProblem } from './problems.ts';

/**
 * Lets in whoever sends a living token in the Authorization header. Cookies count for nothing here, and the
 * token is looked up on every request: revoked, it is out at once.
 */
export const requireToken =
  ({ database }: Services): RequestHandler =>
  async (request, response, next) => {
    const value = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '')?.[1];
    const token = value === undefined ? null : await findLivingToken(database.em.fork(), value);
    if (token === null) throw unauthorized(value !== undefined);
    response.locals.token = token;
    next();
  };

/** Lets on whoever's token has the scope. */
export const requireScope =
  (scope: Scope): RequestHandler =>
  (_request, response, next) => {
    if (tokenOf(response).scopes.includes(scope)) return next();
    throw new ApiProblem(
      {
        status: 403,
        code: 'scope-missing',
        title: 'Not allowed',
        detail: `This token does not have the scope ${scope}.`,
      },
      { 'WWW-Authenticate': `Bearer realm="lastday", error="insufficient_scope", scope="${scope}"` },
    );
  };

/** The token behind the request. */
export const tokenOf = (response: Response) => response.locals.token as LivingToken;

/** The same as the audit trail names it. */
export const tokenActorOf = (response: Response): Actor => tokenActor(tokenOf(response).name);

const unauthorized = (sent: boolean) =>
  new ApiProblem(
    {
      status: 401,
      code: 'token-missing',
      title: 'A token is needed',
      detail: sent
        ? 'This token is unknown, or has ended.'
        : 'Send an API token: Authorization: Bearer lastday_….',
    },
    { 'WWW-Authenticate': `Bearer realm="lastday"${sent ? ', error="invalid_token"' : ''}` },
  );
