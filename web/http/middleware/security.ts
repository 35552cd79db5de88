import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { type Environment, isHttps, publicUrl } from '../../../config/environment.ts';
import { Forbidden } from '../forbidden.ts';
import type { Services } from '../services.ts';

/** The security headers of every response: scripts and styles only from this server, no framing. */
export function securityHeaders({
  environment,
  provider,
}: Pick<Services, 'environment' | 'provider'>): RequestHandler {
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
        // The form that signs out leads on to the provider.
        formAction: ["'self'", ...(provider ? [() => provider.endOrigin] : [])],
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

/** Forbids caches to store responses, because they hold personal data and addresses can be secrets. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests of other sites that change something (CSRF). Browsers send `Sec-Fetch-Site`; older browsers and
 * scripts send `Origin`, which must be ours. A request with neither is refused. The API is exempt because it ignores
 * cookies. Throws Forbidden.
 */
export function refuseCrossSite(environment: Environment): RequestHandler {
  const ours = new URL(publicUrl(environment)).host;
  return (request, _response, next) => {
    if (safeMethods.has(request.method) || request.path.startsWith('/api/')) return next();
    if (isSameSite(request.get('Sec-Fetch-Site'), request.get('Origin'), [ours, request.get('Host')]))
      return next();
    throw new Forbidden('This form came from another site or an unknown one, so nothing was changed.');
  };
}

function isSameSite(
  site: string | undefined,
  origin: string | undefined,
  hosts: (string | undefined)[],
): boolean {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined || !URL.canParse(origin)) return false;
  return hosts.includes(new URL(origin).host);
}
