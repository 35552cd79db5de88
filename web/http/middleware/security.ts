import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { type Environment, isHttps, publicUrl } from '../../../config/environment.ts';
import { Forbidden } from '../forbidden.ts';

/** The headers of every answer. Scripts and styles come from this server only; nothing may frame it. */
export function securityHeaders(environment: Environment): RequestHandler {
  const secure = isHttps(environment);
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
        ...(secure && { upgradeInsecureRequests: [] }),
      },
    },
    strictTransportSecurity: secure && { maxAge: 365 * 24 * 60 * 60, includeSubDomains: true },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
}

/** Nothing but files is kept by anybody on the way: answers hold personal data, and addresses can be secrets. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses posts from other sites. Browsers say where a request comes from (`Sec-Fetch-Site`); older ones
 * and scripts say at least its `Origin`, which must be ours. A post with neither is refused. The API is
 * left out: it takes no cookies.
 */
export function refuseCrossSite(environment: Environment): RequestHandler {
  const ours = new URL(publicUrl(environment)).host;
  return (request, _response, next) => {
    if (safeMethods.has(request.method) || request.path.startsWith('/api/')) return next();
    if (comesFromHere(request.get('Sec-Fetch-Site'), request.get('Origin'), [ours, request.get('Host')]))
      return next();
    throw new Forbidden(
      'This came from another site, or does not say where it comes from, and was not carried out.',
    );
  };
}

function comesFromHere(
  site: string | undefined,
  origin: string | undefined,
  hosts: (string | undefined)[],
): boolean {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined || !URL.canParse(origin)) return false;
  return hosts.includes(new URL(origin).host);
}
