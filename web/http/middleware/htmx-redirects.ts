import type { RequestHandler } from 'express';
import { isHtmx } from '../forms/request.ts';

/**
 * Turns a 303 into a 200 with `HX-Redirect` for htmx, because htmx would follow the 303 and swap the whole page into a
 * fragment. Other requests are redirected as usual.
 */
export const redirectsForHtmx: RequestHandler = (request, response, next) => {
  if (isHtmx(request)) {
    response.redirect = ((status: number, address: string) => {
      // Express encodes the address for the header.
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
