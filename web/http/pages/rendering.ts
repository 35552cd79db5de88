import { fileURLToPath } from 'node:url';
import { parseCookie } from 'cookie';
import { Eta } from 'eta';
import type { CookieOptions, Request, Response } from 'express';

import { escapeHtml } from '../../../domain/html.ts';
import { isHtmx } from '../forms/request.ts';
import type { AlertTone } from './alert-icon.ts';

import { helpersIn } from './view-helpers.ts';

const views = fileURLToPath(new URL('../../views', import.meta.url));

/**
 * Templates: `h` holds the helpers in every view, in the reader's zone; null and undefined print nothing; the rest is escaped.
 * White space is kept, because between words it shows: `<%_` and `_%>` remove it where none may be seen.
 */
const eta = new Eta({
  views,
  cache: true,
  autoTrim: false,
  functionHeader: 'const h = it.h;',
  escapeFunction: (value: unknown) => (value == null ? '' : escapeHtml(String(value))),
});

/** A message above the page: what was done, or why it was not. */
export interface Alert {
  tone: AlertTone;
  text: string;
}

/** What every page may be given besides its own data. */
export interface PageData {
  title: string;
  alert?: Alert | null;
  [name: string]: unknown;
}

/** Renders a whole page, with the layout that fits whoever is signed in. */
export function page(response: Response, view: string, data: PageData): void {
  const { workspaceName } = response.locals;
  const alert = data.alert ?? takeNotice(response);
  response.set('Vary', 'HX-Request').type('html');
  response.send(eta.render(view, { ...data, ...readerOf(response), alert, workspaceName }));
}

/** Renders a fragment: the same partial that the page includes, alone. */
export function fragment(response: Response, view: string, data: Record<string, unknown>): void {
  response.set('Vary', 'HX-Request').type('html');
  response.send(eta.render(view, { ...data, ...readerOf(response) }));
}

function readerOf(response: Response) {
  const { signedIn = null, path } = response.locals;
  return { h: helpersIn(signedIn?.zone ?? 'utc'), me: signedIn, path };
}

/**
 * Answers an action that was done: a plain form is sent on to `to` with the notice, htmx gets what
 * `partial` renders.
 */
export function done(
  request: Request,
  response: Response,
  to: string,
  text: string,
  partial?: (alert: Alert) => Promise<void> | void,
): Promise<void> | void {
  const alert: Alert = { tone: 'success', text };
  if (partial !== undefined && isHtmx(request)) return partial(alert);
  notify(response, alert);
  response.redirect(303, to);
}

const noticeCookie = 'lastday-notice';

/** Leaves a message for the next page. A cookie of a minute, because nothing is written to a session. */
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
  const value = parseCookie(response.req.headers.cookie ?? '')[noticeCookie];
  if (!value) return null;
  response.clearCookie(noticeCookie, noticeOptions(response));
  try {
    const { tone, text } = JSON.parse(Buffer.from(value, 'base64url').toString()) as Alert;
    return {
      tone: ['success', 'warning', 'danger', 'info'].includes(tone) ? tone : 'info',
      text: String(text),
    };
  } catch {
    return null;
  }
}
