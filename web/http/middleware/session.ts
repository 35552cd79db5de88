import { createHmac } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import type { Request, RequestHandler } from 'express';
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
    /** Epoch ms of the sign-in, or of the last proof of who is at the browser. */
    provenAt: number;
    /** A change that waits for a proof, sealed with SECRET_KEY. */
    asked?: string | null;
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

/** Marks a session that is stored already under its new id. */
const stored = Symbol('stored');

/**
 * Gives a request's session a new id and the new `data`, and keeps all else. `store` stores it under the new id, and says
 * whether the session still existed. It is not stored again at the end of the request, because that would bring it back
 * after another request has ended it.
 */
export async function giveNewId(
  request: Request,
  data: Partial<SessionData>,
  store: (newId: string) => Promise<boolean>,
): Promise<boolean> {
  const { sessionID: oldId, session: old } = request;
  const { cookie: _, ...before } = old;
  request.sessionStore.generate(request);
  const renewed = Object.assign(request.session, before, data, { [stored]: true });
  const newId = request.sessionID;
  Object.assign(request, { sessionID: oldId, session: old });
  const isStored = await store(newId);
  if (isStored) Object.assign(request, { sessionID: newId, session: renewed });
  return isStored;
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
    if (stored in data) done?.();
    else super.set(sha256(sid), data, done);
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
