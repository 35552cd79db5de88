import { createHmac } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { isHttps } from '../../../config/environment.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import type { Services } from '../services.ts';
import { signedIn } from '../signed-in.ts';

const cookie = 'lastday-shown-once';
const lifetimeMs = 60_000;

/** What is sealed: where, to whom and until when (epoch ms) the value may be shown. */
const content = z.strictObject({ value: z.string(), path: z.string(), userId: z.int(), until: z.int() });

/**
 * Shows a secret on the next page and never again: after a form the browser is sent on, so that reloading the
 * page makes no second one. The value travels sealed, in a cookie of a minute for that page alone.
 */
export const flashSecrets = ({ environment }: Pick<Services, 'environment'>) => {
  const secretKey = Buffer.from(environment.SECRET_KEY, 'base64');
  // A key of its own: what is sealed in the database must not open as a cookie.
  const box = secretBox(createHmac('sha256', secretKey).update('shown once').digest('base64'));
  const secure = isHttps(environment);
  const options = (path: string) => ({ httpOnly: true, sameSite: 'strict' as const, secure, path });

  function opened(sealed: string): z.infer<typeof content> | null {
    try {
      return content.parse(JSON.parse(box.open(sealed)));
    } catch {
      return null;
    }
  }

  return {
    /** Sends the browser on to `path`, whose page shows the value to whoever is signed in now. */
    showAt(response: Response, path: string, value: string): void {
      const until = Date.now() + lifetimeMs;
      const sealed = box.seal(JSON.stringify({ value, path, userId: signedIn(response).id, until }));
      response.cookie(cookie, sealed, { ...options(path), maxAge: lifetimeMs });
      response.redirect(303, path);
    },

    /** The value to show at `path`, once; null mostly. */
    take(request: Request, response: Response, path: string): string | null {
      const sealed = parseCookie(request.headers.cookie ?? '')[cookie];
      if (!sealed) return null;
      response.clearCookie(cookie, options(path));
      const found = opened(sealed);
      const isMeant =
        found?.path === path && found.userId === signedIn(response).id && Date.now() < found.until;
      return isMeant ? found.value : null;
    },
  };
};
