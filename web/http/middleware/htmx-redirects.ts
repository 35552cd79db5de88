import type { RequestHandler } from 'express';
import { isHtmx } from '../forms/request.ts';

/**
 * A browser that asks through htmx would follow a 303 unseen and swap the next page into the place of a
 * fragment: it gets 200 and is told where to go. Whatever asks without htmx is redirected as usual.
 */
export const redirectsForHtmx: RequestHandler = (request, response, next) => {
  if (isHtmx(request)) {
    response.redirect = ((status: number, address: string) => {
      // As a header takes it: Express writes its own so.
      const encoded = response.location(address).get('Location');
      response.removeHeader('Location');
      response
        .status(status === 303 ? 200 : status)
        .set('HX-Redirect', encoded)
        .end();
    }) as typeof response.redirect;
  }
  next();
};
