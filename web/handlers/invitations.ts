import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { peekLink, type WaitingLink } from '../../database/links.ts';
import { enterByLink, hasPassword } from '../../database/own-password.ts';
import { orFieldErrors, readForm } from '../input/forms.ts';
import { page } from '../pages/rendering.ts';
import type { Services } from '../services.ts';
import { signIn } from '../sign-in/sign-in.ts';

const passwordForm = z.object({
  password: z.string().max(1000, { error: 'This is too long.' }).optional(),
});

/** The pages that a one-time link opens: an invitation, or a way in for a super-admin. */
export const invitationPages = ({ database }: Services) => {
  const { em } = database;

  /** Asks for a password. Opening it changes nothing: mail scanners open links too. */
  const open: RequestHandler = async (request, response) => {
    const link = await peekLink(em.fork(), tokenIn(request));
    if (link === null) return overPage(response);
    return formPage(response, link, {});
  };

  /** Sets the password and signs in. */
  const accept: RequestHandler = async (request, response) => {
    const token = tokenIn(request);
    return orFieldErrors(
      async () => {
        const { password } = readForm(passwordForm, request.body);
        const userId = await enterByLink(em, token, password || null);
        if (userId === null) return overPage(response);
        await signIn(request, userId);
        return response.redirect(303, '/');
      },
      async (errors) => {
        const link = await peekLink(em.fork(), token);
        return link === null ? overPage(response) : formPage(response.status(422), link, errors);
      },
    );
  };

  async function formPage(
    response: Response,
    { user, purpose }: WaitingLink,
    errors: Record<string, string>,
  ) {
    const mayKeep = purpose === 'sign-in' && (await hasPassword(em, user.id));
    const person = { name: user.name, email: user.email };
    page(response, 'invitations/show', { title: 'Welcome', person, purpose, mayKeep, errors });
  }

  function overPage(response: Response) {
    page(response.status(404), 'invitations/over', { title: 'This link is over' });
  }

  return { open, accept };
};

const tokenIn = (request: Request) => String(request.params.token);
