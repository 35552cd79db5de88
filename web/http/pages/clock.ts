import { parseCookie } from 'cookie';
import type { Response } from 'express';
import { z } from 'zod';
import { isTimeZone } from '../../../domain/dates.ts';
import { type Clock, type Times, timesBy } from './times.ts';

/** Set by `app.js`. */
const zoneCookie = 'lastday-zone';

/** An IANA name as a browser knows it. Other spellings of a name become the same one, so that few formats are kept. */
export const browserZone = z
  .string()
  .max(64)
  .regex(/^[A-Z]/i)
  .refine(isTimeZone)
  .transform((timeZone) => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone);

/** The reader's clock: by their browser's zone, else by their own or the workspace's, which is then named. */
export function clockOf(response: Response): Clock {
  const cookies = parseCookie(response.req.headers.cookie ?? '');
  const browser = browserZone.safeParse(cookies[zoneCookie]);
  if (browser.success) return { zone: browser.data, isNamed: false };
  return { zone: response.locals.signedIn?.zone ?? 'UTC', isNamed: true };
}

/** Writes times for the reader of a response. */
export const timesFor = (response: Response): Times => timesBy(clockOf(response));
