import { z } from 'zod';
import { isHttps } from '../../../config/environment.ts';
import { sealedCookie } from '../../http/sealed-cookie.ts';
import type { Services } from '../../http/services.ts';

/** A proof that a browser has begun at the provider. */
const content = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Epoch ms. The sign-in at the provider must be later. */
  begunAt: z.int(),
  /** Whose proof it is. */
  userId: z.int(),
  /** The id of the change that waits for it. */
  asked: z.string(),
});

/** Remembers begun proofs in a cookie that is Lax, because the provider leads the browser back from another site. */
export const begunProofs = (services: Pick<Services, 'environment'>) =>
  sealedCookie(services, {
    name: isHttps(services.environment) ? '__Host-lastday-proof' : 'lastday-proof',
    purpose: 'begun proof',
    sameSite: 'lax',
    lifetimeMs: 10 * 60_000,
    content,
  });
