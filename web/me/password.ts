import type { RequestHandler } from 'express';
import { z } from 'zod';
import { changePassword } from '../../database/access/change-password.ts';
import { sessionKeyOf } from '../access/sign-in.ts';
import { signInLimits } from '../access/sign-in-limits.ts';
import { refuseTooMany } from '../access/too-many.ts';
import { Forbidden } from '../http/forbidden.ts';
import { readForm } from '../http/forms/read-form.ts';
import { done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';

const typed = (missing: string) =>
  z.string({ error: missing }).min(1, { error: missing }).max(1000, { error: 'This is too long.' });
const passwordForm = z.object({
  current: typed('Enter your current password.'),
  password: typed('Enter a new password.'),
});

/** Changing the signed-in person's password. */
export async function passwordPages({ database, environment }: Services) {
  const limits = await signInLimits(database);

  const update: RequestHandler = async (request, response) => {
    if (environment.SIGN_IN === 'sso') throw new Forbidden('Passwords are turned off here.');
    const { id, email } = signedIn(response);
    const passwords = readForm(passwordForm, request.body);
    // Limits guesses, because the browser may have been left open.
    const wait = await limits.count(request.ip ?? '', email);
    refuseTooMany(response, wait, 'current');
    await changePassword(database.em, id, { ...passwords, sessionKey: sessionKeyOf(request) });
    await limits.forget(request.ip ?? '', email);
    const text = "Password changed. You're signed out everywhere else.";
    return done(request, response, '/me', text);
  };

  return { update };
}
