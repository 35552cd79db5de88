import type { RequestHandler } from 'express';
import { z } from 'zod';
import { updateMailPreferences } from '../../database/mail/preferences.ts';
import { chosenMailKinds } from '../../domain/mail/mails.ts';
import { readForm } from '../http/forms/read-form.ts';
import { done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';
import { mailKindsFor } from './own-page.ts';

/** Browsers send only the checkboxes that are ticked. */
const choicesForm = z.object(
  Object.fromEntries(chosenMailKinds.map((kind) => [kind, z.string().optional()])),
);

/** Choosing the kinds of mail to receive. */
export const mailPreferencePages = ({ database: { em } }: Services) => {
  const update: RequestHandler = async (request, response) => {
    const me = signedIn(response);
    const chosen = readForm(choicesForm, request.body);
    const unwanted = mailKindsFor(me).filter((kind) => chosen[kind] === undefined);
    await updateMailPreferences(em, me.id, unwanted);
    return done(request, response, '/me', 'Email preferences saved.');
  };

  return { update };
};
