import type { Request, Response } from 'express';
import { z } from 'zod';
import { sealedCookie } from '../sealed-cookie.ts';
import type { Services } from '../services.ts';
import { signedIn } from '../signed-in.ts';

/** The value, and the only page and user that may show it. */
const content = z.strictObject({ value: z.string(), path: z.string(), userId: z.int() });

/**
 * Shows a new secret once, on the page that a form redirects to, so that reloading makes no second secret. The value
 * travels encrypted in a cookie, which lives one minute and is valid for that page only.
 */
export const flashSecrets = (services: Pick<Services, 'environment'>) => {
  const cookie = sealedCookie(services, {
    name: 'lastday-shown-once',
    purpose: 'shown once',
    sameSite: 'strict',
    lifetimeMs: 60_000,
    content,
  });

  return {
    /** Redirects to `path`, whose page shows the value to the user who is signed in now. */
    showAt(response: Response, path: string, value: string): void {
      cookie.set(response, { value, path, userId: signedIn(response).id }, path);
      response.redirect(303, path);
    },

    /** The value to show at `path`, and deletes its cookie; null when there is none. */
    take(request: Request, response: Response, path: string): string | null {
      const found = cookie.take(request, response, path);
      return found?.path === path && found.userId === signedIn(response).id ? found.value : null;
    },
  };
};
