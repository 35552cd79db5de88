import { z } from 'zod';
import { isHttps } from '../../../config/environment.ts';
import { sealedCookie } from '../../http/sealed-cookie.ts';
import type { Services } from '../../http/services.ts';

/** A sign-in that a browser has begun at the provider. */
const content = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** The page to open afterwards. */
  returnTo: z.string(),
  /** The value of the invitation that was opened; null without one. */
  invitation: z.string().nullable(),
  /** The super-admin who tests what a sign-in would do; null for a sign-in. */
  testedBy: z.int().nullable(),
});

/**
 * Remembers begun sign-ins in a cookie of their own. It is Lax, because the provider leads the browser back from another
 * site, and is taken once.
 */
export const begunSignIns = (services: Pick<Services, 'environment'>) =>
  sealedCookie(services, {
    name: isHttps(services.environment) ? '__Host-lastday-sign-in' : 'lastday-sign-in',
    purpose: 'begun sign-in',
    sameSite: 'lax',
    lifetimeMs: 10 * 60_000,
    content,
  });
