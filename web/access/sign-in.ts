import { promisify } from 'node:util';
import type { Request } from 'express';
import { sha256 } from '../../database/core/hash.ts';

/**
 * Signs a person in: a new session id, so that one known before is worth nothing. It is stored when this resolves: left
 * to the end of the answer, a browser that is led on is faster, and finds itself signed out.
 */
export async function signIn(request: Request, userId: number): Promise<void> {
  await promisify(request.session.regenerate).call(request.session);
  request.session.userId = userId;
  request.session.startedAt = Date.now();
  request.session.address = request.ip ?? '';
  request.session.userAgent = (request.get('User-Agent') ?? '').slice(0, longestUserAgent);
  await promisify(request.session.save).call(request.session);
}

const longestUserAgent = 300;

/** What the session of this browser is stored under: its id is in the cookie and nowhere else. */
export const sessionKeyOf = (request: Request): string => sha256(request.sessionID);

/** Ends this browser's session, on the server too. */
export const signOut = (request: Request): Promise<void> =>
  promisify(request.session.destroy).call(request.session) as Promise<void>;

/** Where to go after sign-in: only a path of ours, never another site. */
export const safeReturn = (target: unknown): string =>
  typeof target === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(target) && !target.startsWith('/sign-in')
    ? target
    : '/';
