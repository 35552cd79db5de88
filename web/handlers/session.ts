import type { RequestHandler } from 'express';
import { z } from 'zod';
import { idOfPersonWith, noteSession } from '../../database/credentials.ts';
import { userActor } from '../../domain/actor.ts';
import { orFieldErrors, readForm } from '../input/forms.ts';
import { queryText } from '../input/request.ts';
import { page } from '../pages/rendering.ts';
import type { Services } from '../services.ts';
import { signInLimits } from '../sign-in/limits.ts';
import { safeReturn, signIn, signOut } from '../sign-in/sign-in.ts';
import type { SignedIn } from '../sign-in/signed-in.ts';

const credentials = z.object({
  email: z
    .string()
    .trim()
    .min(1, { error: 'Please give your e-mail address.' })
    .max(320, { error: 'This is too long.' })
    .regex(/^\P{Cc}*$/u, { error: 'Control characters are not allowed here.' }),
  password: z
    .string()
    .min(1, { error: 'Please give your password.' })
    .max(1000, { error: 'This is too long.' }),
});

export async function sessionPages({ database }: Services) {
  const limits = await signInLimits(database);

  const form: RequestHandler = (request, response) => {
    if (response.locals.signedIn) return response.redirect(303, safeReturn(queryText(request, 'return')));
    page(response, 'session/sign-in', {
      title: 'Sign in',
      values: { return: queryText(request, 'return') },
      errors: {},
    });
  };

  const start: RequestHandler = async (request, response) => {
    const again = (errors: Readonly<Record<string, string>>, status = 422) =>
      page(response.status(status), 'session/sign-in', {
        title: 'Sign in',
        values: { email: request.body?.email, return: request.body?.return },
        errors,
      });
    await orFieldErrors(async () => {
      const { email, password } = readForm(credentials, request.body);
      const wait = await limits.count(request.ip ?? '', email);
      if (wait > 0) {
        response.set('Retry-After', String(wait));
        return again(
          { email: `Too many tries. Please wait ${Math.ceil(wait / 60)} min and try again.` },
          429,
        );
      }
      const userId = await idOfPersonWith(database.em, email, password);
      if (userId === null)
        return again({ email: 'This e-mail address and password do not belong together.' });
      await limits.forget(request.ip ?? '', email);
      await signIn(request, userId);
      response.redirect(303, safeReturn(request.body.return));
    }, again);
  };

  const end: RequestHandler = async (request, response) => {
    const person = response.locals.signedIn as SignedIn | undefined;
    if (person) await noteSession(database.em, userActor(person.id), 'user.signed_out', person.id);
    await signOut(request);
    response.redirect(303, '/sign-in');
  };

  return { form, start, end };
}
