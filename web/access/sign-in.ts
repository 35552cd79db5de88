import { promisify } from 'node:util';
import type { Request } from 'express';
import { sha256 } from '../../database/core/hash.ts';
import type { ProviderSession } from '../http/middleware/session.ts';

/**
 * Signs a person in, under a new session id against session fixation. The session is stored when this resolves;
 * otherwise a redirected browser could send its next request before the session exists.
 */
export async function signIn(request: Request, userId: number, provider?: ProviderSession): Promise<void> {
  await promisify(request.session.regenerate).call(request.session);
  request.session.userId = userId;
  request.session.startedAt = Date.now();
  request.session.provenAt = Date.now();
  request.session.address = request.ip ?? '';
  if (provider) request.session.provider = provider;
  request.session.userAgent = (request.get('User-Agent') ?? '').slice(0, maxUserAgentLength);
  await promisify(request.session.save).call(request.session);
}

const maxUserAgentLength = 300;

/** The key under which this browser's session is stored: a hash, because only the cookie holds the id. */
export const sessionKeyOf = (request: Request): string => sha256(request.sessionID);

/** Deletes this browser's session from the database. */
export const signOut = (request: Request): Promise<void> =>
  promisify(request.session.destroy).call(request.session) as Promise<void>;

/** The path to open after the sign-in. Anything but a path of this site becomes `/`, against open redirects. */
export const safeReturn = (target: unknown): string =>
  typeof target === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(target) && !target.startsWith('/sign-in')
    ? target
    : '/';
