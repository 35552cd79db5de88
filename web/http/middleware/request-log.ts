import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type Log, onBehalfOf } from '../../../config/log.ts';
import { isRequestId } from '../../../domain/request-ids.ts';

declare global {
  namespace Express {
    interface Request {
      /** Names this request in the logs, and follows what it asks of the engine. */
      id: string;
    }
  }
}

/**
 * Gives each request an id, its own or that of a proxy in front, and writes one line when it is over, also when nobody waited
 * for the answer. Paths only: queries may hold names.
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

/** Links open doors, and somebody may put a token where it does not belong. */
const pathWithoutSecrets = (address: string) =>
  address
    .split('?', 1)[0]!
    .replace(/^(\/(?:invitation|unsubscribe|me\/sessions)\/).+/i, '$1…')
    .replace(/lastday_\w+/g, 'lastday_…');
