import type { RequestHandler } from 'express';

/** During shutdown responses carry `Connection: close`, so that clients do not reuse the connection. */
export const closeWhenStopping =
  (stopping: AbortSignal): RequestHandler =>
  (_request, response, next) => {
    if (stopping.aborted) response.set('Connection', 'close');
    next();
  };
