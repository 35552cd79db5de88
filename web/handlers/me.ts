import type { RequestHandler } from 'express';
import { leaverOf } from '../../database/leavers.ts';
import { worksInConsole } from '../../domain/permissions.ts';
import { page } from '../rendering.ts';
import type { Services } from '../services.ts';
import { signedIn } from '../signed-in.ts';

export const ownPages = ({ database }: Services) => {
  /** Where somebody begins: the queue, or their own page. */
  const home: RequestHandler = (_request, response) =>
    response.redirect(303, worksInConsole(signedIn(response).role) ? '/offboarding' : '/me');

  /** What a person has to give back, and how to change their password. */
  const show: RequestHandler = async (_request, response) => {
    const person = await leaverOf(database.em, signedIn(response).id);
    page(response, 'me/show', { title: 'My page', person, errors: {} });
  };

  return { home, show };
};
