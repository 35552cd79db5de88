import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type Log, onBehalfOf } from '../../../config/log.ts';
import { isRequestId } from '../../../domain/request-ids.ts';

declare global {
  namespace Express {
    interface Request {
      /** The request's id in the logs. It is passed on to Temporal with the calls of this request. */
      id: string;
    }
  }
}

/**
 * Gives each request an id, the proxy's or a new one. Writes one log line per request, also when the client has
 * disconnected. Logs only the path, because queries may hold names.
 */
export const logRequests =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now();
    const from = request.ip;
    const given = request.get('X-Request-Id');
    request.id = isRequestId(given) ? given : randomUUID();
    response.set('X-Request-Id', request.id);
    response.on('close', () => {
      log.info({
        requestId: request.id,
        method: request.method,
        path: pathWithoutSecrets(request.originalUrl),
        ...(response.writableFinished ? { status: response.statusCode } : { aborted: true }),
        from,
        ms: Math.round(performance.now() - startedAt),
        userId: response.locals.signedIn?.id,
        tokenId: response.locals.token?.id,
      });
    });
    onBehalfOf(request.id, next);
  };

/** Removes the secrets of links, and API tokens that a caller has put into the path. */
const pathWithoutSecrets = (address: string) =>
  address
    .split('?', 1)[0]!
    .replace(/^(\/(?:invitation|unsubscribe|me\/sessions)\/).+/i, '$1…')
    .replace(/lastday_\w+/g, 'lastday_…');
