import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Log } from '../../config/log.ts';

declare global {
  namespace Express {
    interface Request {
      /** Names this request in the logs, and follows what it asks of the engine. */
      id: string;
    }
  }
}

/** Gives each request an id and writes one line when it is answered. Paths only: queries may hold names. */
export const logRequests =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now();
    request.id = randomUUID();
    response.set('X-Request-Id', request.id);
    response.on('finish', () => {
      log.info({
        requestId: request.id,
        method: request.method,
        path: pathWithoutSecrets(request.originalUrl),
        status: response.statusCode,
        ms: Math.round(performance.now() - startedAt),
        userId: response.locals.signedIn?.id,
      });
    });
    next();
  };

const pathWithoutSecrets = (address: string) =>
  address.split('?', 1)[0]!.replace(/^(\/(?:invitation|unsubscribe)\/).+/, '$1…');
