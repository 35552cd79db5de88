import type { Request, RequestHandler, Response } from 'express';
import type { WebMetrics } from '../../../metrics/web.ts';

/** Measures each request, except open streams, until its response is sent or the client disconnects, in seconds. */
export const measureRequests =
  ({ requestAnswered }: Pick<WebMetrics, 'requestAnswered'>): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now();
    response.once('close', () => {
      if (isStream(response)) return;
      const seconds = (performance.now() - startedAt) / 1000;
      requestAnswered(request.method, routeOf(request), classOf(response), seconds);
    });
    next();
  };

const isStream = (response: Response): boolean =>
  String(response.getHeader('Content-Type') ?? '').startsWith('text/event-stream');

/** The route's pattern, never the requested address, because addresses hold ids and tokens. */
const routeOf = ({ baseUrl, route }: Request): string =>
  typeof route?.path === 'string' ? baseUrl + route.path : 'none';

const classOf = ({ writableFinished, statusCode }: Response): string =>
  writableFinished ? `${Math.floor(statusCode / 100)}xx` : 'aborted';
