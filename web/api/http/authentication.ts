import type { RequestHandler, Response } from 'express';
import { type ActiveToken, findActiveToken } from '../../../database/access/tokens.ts';
import type { Scope } from '../../../domain/access/scopes.ts';
import { type Actor, tokenActor } from '../../../domain/actor.ts';
import type { Services } from '../../http/services.ts';
import { ApiProblem } from './problems.ts';

/**
 * Requires a valid token in the Authorization header; cookies are ignored. The token is looked up on every request, so
 * that a revoked one is refused at once. Throws a 401.
 */
export const requireToken =
  ({ database }: Services): RequestHandler =>
  async (request, response, next) => {
    const value = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '')?.[1];
    const token = value === undefined ? null : await findActiveToken(database.em.fork(), value);
    if (token === null) throw unauthorized(value !== undefined);
    response.locals.token = token;
    next();
  };

/** Requires that the token has the scope. Throws a 403. */
export const requireScope =
  (scope: Scope): RequestHandler =>
  (_request, response, next) => {
    if (tokenOf(response).scopes.includes(scope)) return next();
    throw new ApiProblem(
      {
        status: 403,
        code: 'scope-missing',
        title: 'Not allowed',
        detail: `This token doesn't have the scope ${scope}.`,
      },
      { 'WWW-Authenticate': `Bearer realm="lastday", error="insufficient_scope", scope="${scope}"` },
    );
  };

/** The token of the request. */
export const tokenOf = (response: Response) => response.locals.token as ActiveToken;

/** The token of the request as an actor of the audit trail. */
export const tokenActorOf = (response: Response): Actor => tokenActor(tokenOf(response).name);

const unauthorized = (sent: boolean) =>
  new ApiProblem(
    {
      status: 401,
      code: 'token-missing',
      title: 'Token required',
      detail: sent
        ? 'This token is unknown or no longer valid.'
        : 'Send an API token: Authorization: Bearer lastday_….',
    },
    { 'WWW-Authenticate': `Bearer realm="lastday"${sent ? ', error="invalid_token"' : ''}` },
  );
