import type { RequestHandler } from 'express';
import { endOneSession, endOtherSessions } from '../../database/access/sessions.ts';
import { isSha256 } from '../../database/core/hash.ts';
import { NotFound } from '../../domain/failures.ts';
import { sessionKeyOf } from '../access/sign-in.ts';
import { done } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';

/** Ending the signed-in person's sessions in other browsers. */
export const otherSessionPages = ({ database: { em } }: Services) => {
  const destroy: RequestHandler = async (request, response) => {
    const key = String(request.params.sessionKey);
    if (!isSha256(key)) throw new NotFound('session');
    await endOneSession(em, signedIn(response).id, key);
    return done(request, response, '/me', 'That session was signed out.');
  };

  const destroyAll: RequestHandler = async (request, response) => {
    await endOtherSessions(em, signedIn(response).id, sessionKeyOf(request));
    return done(request, response, '/me', "You're signed out everywhere else.");
  };

  return { destroy, destroyAll };
};
