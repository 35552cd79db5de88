import { fileURLToPath } from 'node:url';
import { parseCookie } from 'cookie';
import { Eta } from 'eta';
import type { CookieOptions, Request, Response } from 'express';
import { z } from 'zod';
import { escapeHtml } from '../../../domain/html.ts';
import type { Time } from '../../../domain/wording/times.ts';
import { isHtmx, isPolled } from '../forms/request.ts';
import type { AlertTone } from './alert-icon.ts';
import { type UndoOffer, undoOffer } from './undo-offer.ts';
import { helpersFor } from './view-helpers.ts';

const views = fileURLToPath(new URL('../../views', import.meta.url));

/**
 * In every view `h` holds the helpers, with times by the reader's clock. Values are escaped; null and undefined print
 * nothing.
 * White space is kept, because it is visible between words; `<%_` and `_%>` remove it.
 */
const eta = new Eta({
  views,
  cache: true,
  autoTrim: false,
  functionHeader: 'const h = it.h;',
  escapeFunction: (value: unknown) => (value == null ? '' : escapeHtml(String(value))),
});

/** A message above the page: the result of an action, or why it was refused. */
export interface Alert {
  tone: AlertTone;
  text: string;
  /** When it happened. The page shows this time at the end of the text. */
  at?: Time | undefined;
  /** Undoes what the message reports. */
  undo?: UndoOffer | undefined;
  /** Whether the page opens with the focus on it; yes, unless the focus belongs to another place. */
  takesFocus?: boolean;
}

/** The data of a page: its title, a message, and what its view needs. */
export interface PageData {
  title: string;
  alert?: Alert | null;
  [name: string]: unknown;
}

/** Renders a whole page in its layout. `data.alert` comes before the notice in the cookie. */
export function page(response: Response, view: string, data: PageData): void {
  const { workspaceName } = response.locals;
  const news = data.alert ?? takeNotice(response);
  const alert = news && { takesFocus: true, ...news };
  response.set('Vary', 'HX-Request').type('html');
  response.send(eta.render(view, { ...data, ...readerOf(response), alert, workspaceName }));
}

/** Renders a fragment: a partial that the page includes as well. */
export function fragment(response: Response, view: string, data: Record<string, unknown>): void {
  response.set('Vary', 'HX-Request').type('html');
  response.send(eta.render(view, { ...data, ...readerOf(response) }));
}

function readerOf(response: Response) {
  const { signedIn = null, path, askedAt } = response.locals;
  const h = { ...response.app.locals.labels, ...helpersFor(response) };
  return { h, me: signedIn, path, askedAt };
}

/**
 * Answers a successful action with its message. A plain form is redirected to `to`, which shows it; htmx gets what
 * `partial` renders.
 */
export function done(
  request: Request,
  response: Response,
  to: string,
  message: string | Alert,
  partial?: (alert: Alert) => Promise<void> | void,
): Promise<void> | void {
  const alert: Alert = typeof message === 'string' ? { tone: 'success', text: message } : message;
  if (partial !== undefined && isHtmx(request)) return partial(alert);
  notify(response, alert);
  response.redirect(303, to);
}

const noticeCookie = 'lastday-notice';

const noticeTime = z.number().min(0).max(8.64e15).optional().catch(undefined);

/** Leaves a message for the next page, in a cookie of one minute, because handlers must not write to the session. */
export function notify(response: Response, alert: Alert): void {
  const value = Buffer.from(JSON.stringify(alert)).toString('base64url');
  response.cookie(noticeCookie, value, { ...noticeOptions(response), maxAge: 60_000 });
}

const noticeOptions = (response: Response): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: response.app.get('secure cookies'),
  path: '/',
});

function takeNotice(response: Response): Alert | null {
  // A page that reads a part of itself leaves the notice to the page that it is for.
  if (isPolled(response.req) || isHtmx(response.req)) return null;
  const value = parseCookie(response.req.headers.cookie ?? '')[noticeCookie];
  if (!value) return null;
  response.clearCookie(noticeCookie, noticeOptions(response));
  try {
    const { tone, text, at, undo } = JSON.parse(Buffer.from(value, 'base64url').toString()) as Alert;
    return {
      tone: ['success', 'warning', 'danger', 'info'].includes(tone) ? tone : 'info',
      text: String(text),
      at: noticeTime.parse(at),
      undo: undoOffer.catch(undefined).parse(undo),
    };
  } catch {
    return null;
  }
}
