import type { RequestHandler } from 'express';
import { notify } from '../pages/rendering.ts';
import { signedIn } from '../signed-in.ts';

/** Leads people without the second factor that the workspace requires to the page that sets one up. */
export const requireSecondFactor: RequestHandler = (request, response, next) => {
  if (!signedIn(response).lacksSecondFactor) return next();
  if (request.method !== 'GET')
    notify(response, { tone: 'warning', text: 'Nothing was changed. Set up a second factor first.' });
  response.redirect(303, '/me/second-factor');
};
