import type { RequestHandler } from 'express';
import { z } from 'zod';
import { chooseMail, stopMail } from '../../database/mail-choices.ts';
import { mailTokens, type Unsubscribing } from '../../database/mail-tokens.ts';
import { NotFound } from '../../domain/failures.ts';
import { mailKinds } from '../../domain/mails.ts';
import { readForm } from '../input/forms.ts';
import { mailKindsFor } from '../pages/own-page.ts';
import { done, page } from '../pages/rendering.ts';
import type { Services } from '../services.ts';
import { signedIn } from '../sign-in/signed-in.ts';

/** A ticked box sends its name; of one that is not ticked nothing is sent. */
const choicesForm = z.object(Object.fromEntries(mailKinds.map((kind) => [kind, z.string().optional()])));

/** Which mails a person gets: chosen on their own page, or stopped by a link in a mail. */
export const mailChoicePages = ({ database, environment }: Services) => {
  const { em } = database;
  const tokens = mailTokens(environment.SECRET_KEY);

  const choose: RequestHandler = async (request, response) => {
    const me = signedIn(response);
    const chosen = readForm(choicesForm, request.body);
    await chooseMail(
      em,
      me.id,
      mailKindsFor(me).filter((kind) => chosen[kind] === undefined),
    );
    return done(request, response, '/me', 'Your choice of mails has been saved.');
  };

  /** Asks once more: nothing changes by looking, since mail programs look at links before people do. */
  const confirm: RequestHandler = (request, response) => {
    const { kind } = stopping(String(request.params.token));
    page(response, 'unsubscribe/show', { title: 'Stop mails', kind, isStopped: false });
  };

  /** Works without signing in, for the button of mail programs too (RFC 8058). */
  const stop: RequestHandler = async (request, response) => {
    const { userId, kind } = stopping(String(request.params.token));
    await stopMail(em, userId, kind);
    page(response, 'unsubscribe/show', { title: 'Mails stopped', kind, isStopped: true });
  };

  function stopping(token: string): Unsubscribing {
    const found = tokens.read(token);
    if (found === null) throw new NotFound('link');
    return found;
  }

  return { choose, confirm, stop };
};
