import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { hasPassword, setPasswordByLink, signInByLink } from '../../database/access/change-password.ts';
import { peekLink } from '../../database/access/one-time-links.ts';
import { readForm } from '../http/forms/read-form.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { afterPassword } from './second-factors/first-step.ts';
import { signIn } from './sign-in.ts';

const passwordForm = z.object({
  password: z.string().max(1000, { error: 'At most 1,000 characters.' }).optional(),
});

/** The pages of a one-time link: an invitation, or a sign-in link for a super-admin. */
export const invitationPages = (services: Services) => {
  const { database, environment, provider } = services;
  const { em } = database;
  const goOn = afterPassword(services);
  const isSsoOnly = environment.SIGN_IN === 'sso';

  /** Asks for a password. Opening the link changes nothing, because mail scanners open links too. */
  const show: RequestHandler = async (request, response) => {
    const link = await peekLink(em.fork(), tokenIn(request));
    if (link === null) return overPage(response);
    const { user, purpose } = link;
    page(response, 'invitations/show', {
      title: 'Welcome',
      person: { name: user.name, email: user.email },
      purpose,
      mayKeep: purpose === 'sign-in' && (await hasPassword(em, user.id)),
      errors: noteOf(response).errors ?? {},
      // A link for a super-admin is the way in when the provider is gone, so it needs none.
      providerAddress:
        provider && purpose === 'invitation' ? `/sign-in/oidc?invitation=${tokenIn(request)}` : null,
      asksForPassword: !isSsoOnly,
    });
  };

  /** Sets the password and signs in. Where passwords are off, only signs in, and only by a link for a super-admin. */
  const accept: RequestHandler = async (request, response) => {
    const { password } = readForm(passwordForm, request.body);
    const purpose = (await peekLink(em.fork(), tokenIn(request)))?.purpose;
    const userId = isSsoOnly
      ? await signInByLink(em, tokenIn(request))
      : await setPasswordByLink(em, tokenIn(request), password || null);
    if (userId === null) return overPage(response);
    // A link of the command line is the way in without the second factor; one of a super-admin is not.
    if (purpose !== 'sign-in') return goOn(request, response, userId, '/');
    await signIn(request, userId);
    response.redirect(303, '/');
  };

  function overPage(response: Response) {
    page(response.status(404), 'invitations/over', { title: 'This link no longer works' });
  }

  return { show, accept };
};

const tokenIn = (request: Request) => String(request.params.token);
