import { createHmac } from 'node:crypto';
import connectPgSimple from 'connect-pg-simple';
import type { RequestHandler } from 'express';
import session, { type SessionData } from 'express-session';
import type pg from 'pg';
import { isHttps } from '../../../config/environment.ts';
import { sha256 } from '../../../database/core/hash.ts';
import type { Services } from '../services.ts';
import { idleLimitMs } from '../session-limits.ts';

declare module 'express-session' {
  interface SessionData {
    userId: number;
    /** Epoch ms of the sign-in. */
    startedAt: number;
    /** Where it was started: the address, and what the browser calls itself. */
    address: string;
    userAgent: string;
  }
}

/** How often a used session is written back. */
const touchEveryMs = 60 * 1000;

/**
 * Sessions in PostgreSQL. After sign-in nothing may write to `request.session`: a request in flight that
 * did would write the session back after it was ended.
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
  return [open, notUsedByPolls];
}

/** Marks a session in a request that nobody has made. */
const isUnused = Symbol('unused');

/** A page that asks for its news by itself says so: at a browser that was left open the session ends all the same. */
const notUsedByPolls: RequestHandler = (request, _response, next) => {
  if (request.get('Lastday-Poll') !== undefined) Object.assign(request.session, { [isUnused]: true });
  next();
};

const PgStore = connectPgSimple(session);

/**
 * Keeps sessions under a hash of their ids, so that reading the table opens none. Writes a session's new expiry once a
 * minute and not on every request.
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
    if (isUnused in data || now - (this.#touchedAt.get(sid) ?? 0) < touchEveryMs) {
      done?.();
      return;
    }
    if (this.#touchedAt.size > 10_000) this.#touchedAt.clear();
    this.#touchedAt.set(sid, now);
    super.touch(sha256(sid), data, done);
  }
}
