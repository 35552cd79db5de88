import { createHmac } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import type { RequestHandler } from 'express';
import session, { type SessionData } from 'express-session';
import type pg from 'pg';
import { isHttps } from '../../../config/environment.ts';
import { sha256 } from '../../../database/core/hash.ts';
import { isPolled } from '../forms/request.ts';
import type { Services } from '../services.ts';
import { idleLimitMs } from '../session-limits.ts';

declare module 'express-session' {
  interface SessionData {
    userId: number;
    /** Epoch ms of the sign-in. */
    startedAt: number;
    /** The IP address and the User-Agent header of the sign-in. */
    address: string;
    userAgent: string;
    /** The session at the identity provider, for a sign-in there. */
    provider?: ProviderSession;
  }
}

/** A session at the identity provider, so that either side can end both. */
export interface ProviderSession {
  issuer: string;
  subject: string;
  /** The provider's id of its session, if it says so. */
  sid: string | undefined;
  /** The ID token, sealed with SECRET_KEY. */
  idToken: string;
}

/** The expiry of a used session is written at most this often, in milliseconds. */
const touchEveryMs = 60 * 1000;

/**
 * Sessions in PostgreSQL. Handlers must not write to `request.session` after the sign-in, because a running
 * request would then store a session again that another request has ended.
 */
export async function sessions({ database, environment }: Services): Promise<RequestHandler[]> {
  const pool = (await database.em.getConnection().getNativeClient()) as pg.Pool;
  const secure = isHttps(environment);
  const open = session({
    store: new SessionStore({ pool, tableName: 'sessions', pruneSessionInterval: false }),
    name: secure ? '__Host-lastday' : 'lastday',
    secret: createHmac('sha256', Buffer.from(environment.SECRET_KEY, 'base64'))
      .update('session cookie')
      .digest('hex'),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure, maxAge: idleLimitMs, path: '/' },
  });
  return [open, ignorePolling];
}

/** Marks the session of a request that a page sent by itself. */
const polled = Symbol('polled');

/** Background polling does not extend a session, so a browser that was left open is signed out. */
const ignorePolling: RequestHandler = (request, _response, next) => {
  if (isPolled(request)) Object.assign(request.session, { [polled]: true });
  next();
};

const PgStore = connectPgSimple(session);

/**
 * Stores sessions under a hash of their ids, so that a leaked table opens no session. Writes a session's new expiry
 * once a minute, not on every request.
 */
class SessionStore extends PgStore {
  readonly #touchedAt = new Map<string, number>();

  override get(sid: string, done: (error: unknown, session?: SessionData | null) => void): void {
    super.get(sha256(sid), done);
  }

  override set(sid: string, data: SessionData, done?: (error?: Error) => void): void {
    super.set(sha256(sid), data, done);
  }

  override destroy(sid: string, done?: (error?: Error) => void): void {
    super.destroy(sha256(sid), done);
  }

  override touch(sid: string, data: SessionData, done?: () => void): void {
    const now = Date.now();
    if (polled in data || now - (this.#touchedAt.get(sid) ?? 0) < touchEveryMs) {
      done?.();
      return;
    }
    if (this.#touchedAt.size > 10_000) this.#touchedAt.clear();
    this.#touchedAt.set(sid, now);
    super.touch(sha256(sid), data, done);
  }
}
