import type { RequestHandler } from 'express';
import { worksInConsole } from '../../domain/access/permissions.ts';
import { noteOf } from '../http/pages/page-note.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';
import { ownPage } from './own-page.ts';

export const mePages = (services: Services) => {
  const showOwnPage = ownPage(services);

  /** Redirects to the queue, or to the person's own page when their role does not work in the console. */
  const home: RequestHandler = (_request, response) =>
    response.redirect(303, worksInConsole(signedIn(response).role) ? '/offboarding' : '/me');

  const show: RequestHandler = (request, response) => showOwnPage(request, response, noteOf(response));

  return { home, show };
};
