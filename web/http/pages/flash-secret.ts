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

/** The encrypted content: the value, the only page and user that may show it, and its expiry in epoch ms. */
const content = z.strictObject({ value: z.string(), path: z.string(), userId: z.int(), until: z.int() });

/**
 * Shows a new secret once, on the page that a form redirects to, so that reloading makes no second secret. The value
 * travels encrypted in a cookie, which lives one minute and is valid for that page only.
 */
export const flashSecrets = ({ environment }: Pick<Services, 'environment'>) => {
  const secretKey = Buffer.from(environment.SECRET_KEY, 'base64');
  // The key is derived, so that values encrypted in the database are not valid as cookies.
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
    /** Redirects to `path`, whose page shows the value to the user who is signed in now. */
    showAt(response: Response, path: string, value: string): void {
      const until = Date.now() + lifetimeMs;
      const sealed = box.seal(JSON.stringify({ value, path, userId: signedIn(response).id, until }));
      response.cookie(cookie, sealed, { ...options(path), maxAge: lifetimeMs });
      response.redirect(303, path);
    },

    /** The value to show at `path`, and deletes its cookie; null when there is none. */
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
