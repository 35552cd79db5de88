import type { RequestHandler } from 'express';
import { z } from 'zod';
import { changePassword } from '../../database/own-password.ts';
import { orFieldErrors, readForm } from '../input/forms.ts';
import { ownPage } from '../pages/own-page.ts';
import { done } from '../pages/rendering.ts';
import type { Services } from '../services.ts';
import { signInLimits } from '../sign-in/limits.ts';
import { sessionKeyOf } from '../sign-in/sign-in.ts';
import { signedIn } from '../sign-in/signed-in.ts';

const typed = (missing: string) =>
  z.string({ error: missing }).min(1, { error: missing }).max(1000, { error: 'This is too long.' });
const passwordForm = z.object({
  current: typed('Please give your current password.'),
  password: typed('Please choose a new password.'),
});

/** Changing one's own password. */
export async function passwordPages(services: Services) {
  const { database } = services;
  const limits = await signInLimits(database);
  const showOwnPage = ownPage(services);

  const change: RequestHandler = async (request, response) => {
    const { id, email } = signedIn(response);
    const again = (errors: Readonly<Record<string, string>>, status = 422) =>
      showOwnPage(request, response.status(status), errors);
    return orFieldErrors(async () => {
      const passwords = readForm(passwordForm, request.body);
      // Whoever finds a browser left open must not be able to guess on.
      const wait = await limits.count(request.ip ?? '', email);
      if (wait > 0) {
        response.set('Retry-After', String(wait));
        return again({ current: `Too many tries. Please wait ${Math.ceil(wait / 60)} min.` }, 429);
      }
      await changePassword(database.em, id, { ...passwords, sessionKey: sessionKeyOf(request) });
      await limits.forget(request.ip ?? '', email);
      return done(
        request,
        response,
        '/me',
        'Your password has been changed, and your other sessions have ended.',
      );
    }, again);
  };

  return { change };
}
