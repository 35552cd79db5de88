import type { Request, Response } from 'express';
import { isHttps } from '../../config/environment.ts';
import { secretBox } from '../../database/secret-box.ts';
import type { Services } from '../services.ts';

const cookie = 'lastday-shown-once';
const lifetimeMs = 60_000;

/**
 * Shows a secret on the next page and never again: after a form the browser is sent on, so that reloading the
 * page makes no second one. The value travels sealed, in a cookie of a minute for that page alone.
 */
export const shownOnce = ({ environment }: Pick<Services, 'environment'>) => {
  const box = secretBox(environment.SECRET_KEY);
  const secure = isHttps(environment);
  const options = (path: string) => ({ httpOnly: true, sameSite: 'strict' as const, secure, path });

  return {
    /** Sends the browser on to `path`, whose page shows the value. */
    showAt(response: Response, path: string, value: string): void {
      response.cookie(cookie, box.seal(value), { ...options(path), maxAge: lifetimeMs });
      response.redirect(303, path);
    },

    /** The value to show at `path`, once; null mostly. */
    take(request: Request, response: Response, path: string): string | null {
      const match = new RegExp(`(?:^|; )${cookie}=([^;]+)`).exec(request.headers.cookie ?? '');
      if (match === null) return null;
      response.clearCookie(cookie, options(path));
      try {
        return box.open(decodeURIComponent(match[1]!));
      } catch {
        return null;
      }
    },
  };
};
