import { createHmac } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { isHttps } from '../../config/environment.ts';
import { secretBox } from '../../database/core/secret-box.ts';
import type { Services } from './services.ts';

interface SealedCookieOptions<T extends z.ZodType> {
  name: string;
  /** Derives the key, so that one cookie's value is not valid as another's, nor one that is sealed in the database. */
  purpose: string;
  sameSite: 'lax' | 'strict';
  lifetimeMs: number;
  content: T;
}

/** A cookie that its browser can neither read nor change. */
export function sealedCookie<T extends z.ZodType>(
  { environment }: Pick<Services, 'environment'>,
  { name, purpose, sameSite, lifetimeMs, content }: SealedCookieOptions<T>,
) {
  const secretKey = Buffer.from(environment.SECRET_KEY, 'base64');
  const box = secretBox(createHmac('sha256', secretKey).update(purpose).digest('base64'));
  const options = (path: string) => ({ httpOnly: true, sameSite, secure: isHttps(environment), path });
  const sealed = z.strictObject({ content: z.unknown(), until: z.int() });

  function opened(text: string): z.infer<T> | null {
    try {
      const { content: value, until } = sealed.parse(JSON.parse(box.open(text)));
      return Date.now() < until ? content.parse(value) : null;
    } catch {
      return null;
    }
  }

  const textIn = (request: Request) => parseCookie(request.headers.cookie ?? '')[name];

  return {
    set(response: Response, value: z.infer<T>, path = '/'): void {
      const text = box.seal(JSON.stringify({ content: value, until: Date.now() + lifetimeMs }));
      response.cookie(name, text, { ...options(path), maxAge: lifetimeMs });
    },

    /** The content; null when there is none, when it is over, or when it was changed. */
    read(request: Request): z.infer<T> | null {
      const text = textIn(request);
      return text ? opened(text) : null;
    },

    /** Like `read`, and deletes the cookie. */
    take(request: Request, response: Response, path = '/'): z.infer<T> | null {
      const text = textIn(request);
      if (!text) return null;
      response.clearCookie(name, options(path));
      return opened(text);
    },
  };
}
