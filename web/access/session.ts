import type { RequestHandler } from 'express';
import { z } from 'zod';
import { publicUrl } from '../../config/environment.ts';
import { recordSessionEvent, verifyCredentials } from '../../database/access/credentials.ts';
import { secretBox } from '../../database/core/secret-box.ts';
import { userActor } from '../../domain/actor.ts';
import { cleanEmail } from '../../domain/email.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { Forbidden } from '../http/forbidden.ts';
import { readForm } from '../http/forms/read-form.ts';
import { queryText } from '../http/forms/request.ts';
import type { ProviderSession } from '../http/middleware/session.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { notify, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import type { SignedIn } from '../http/signed-in.ts';
import { afterPassword } from './second-factors/first-step.ts';
import { passkeyObstacle } from './second-factors/relying-party.ts';
import { safeReturn, signOut } from './sign-in.ts';
import { signInLimits } from './sign-in-limits.ts';
import { refuseTooMany } from './too-many.ts';

const credentials = z.object({
  email: z
    .string()
    .max(320, { error: 'At most 320 characters.' })
    .transform((typed, context) => {
      const email = cleanEmail(typed);
      if ('text' in email && email.text !== '') return email.text;
      const message = 'problem' in email ? email.problem : 'Enter your email.';
      context.issues.push({ code: 'custom', input: typed, message });
      return z.NEVER;
    }),
  password: z
    .string()
    .min(1, { error: 'Enter your password.' })
    .max(1000, { error: 'At most 1,000 characters.' }),
});

export async function sessionPages(services: Services) {
  const { database, environment, provider } = services;
  const limits = await signInLimits(database);
  const goOn = afterPassword(services);
  const box = secretBox(environment.SECRET_KEY);
  const isSsoOnly = environment.SIGN_IN === 'sso';

  const blank: RequestHandler = (request, response) => {
    const { values, errors = {} } = noteOf(response);
    if (response.locals.signedIn && values === undefined) {
      return response.redirect(303, safeReturn(queryText(request, 'return')));
    }
    page(response, 'session/sign-in', {
      title: 'Sign in',
      values: values
        ? { email: values.email, return: values.return }
        : { return: queryText(request, 'return') },
      errors,
      ways: {
        password: !isSsoOnly,
        provider: provider !== null,
        passkey: passkeyObstacle(environment) === null,
      },
    });
  };

  const create: RequestHandler = async (request, response) => {
    if (isSsoOnly) throw new Forbidden('Passwords are turned off here. Sign in with single sign-on.');
    const { email, password } = readForm(credentials, request.body);
    const wait = await limits.count(request.ip ?? '', email);
    refuseTooMany(response, wait, 'email');
    const userId = await verifyCredentials(database.em, email, password);
    if (userId === null) {
      throw new InvalidInput({ email: 'Wrong email or password.' });
    }
    await limits.forget(request.ip ?? '', email);
    return goOn(request, response, userId, safeReturn(request.body.return));
  };

  const destroy: RequestHandler = async (request, response) => {
    const person = response.locals.signedIn as SignedIn | undefined;
    if (person) await recordSessionEvent(database.em, userActor(person.id), 'user.signed_out', person.id);
    const there = request.session.provider;
    await signOut(request);
    response.redirect(303, (await endAtProvider(there)) ?? '/sign-in');
  };

  /** Where the browser ends the provider's session too; null without one. */
  async function endAtProvider(there: ProviderSession | undefined): Promise<string | null> {
    if (there === undefined || provider === null || there.issuer !== provider.settings.issuer) return null;
    const returnTo = `${publicUrl(environment)}/sign-in/oidc/logout`;
    const address = await provider.endAddress(box.open(there.idToken), returnTo);
    return address?.href ?? null;
  }

  /** Where the provider leads a browser that has signed out there. */
  const endedAtProvider: RequestHandler = (_request, response) => {
    notify(response, { tone: 'success', text: "You're signed out." });
    response.redirect(303, '/sign-in');
  };

  return { new: blank, create, destroy, endedAtProvider };
}
