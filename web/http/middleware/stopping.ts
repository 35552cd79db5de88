import type { RequestHandler } from 'express';

/** Once the process is told to stop, whoever asks on a connection that is kept open is asked to leave it. */
export const closeWhenStopping =
  (stopping: AbortSignal): RequestHandler =>
  (_request, response, next) => {
    if (stopping.aborted) response.set('Connection', 'close');
    next();
  };
