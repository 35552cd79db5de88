import type { Response } from 'express';
import type { PersonSignedIn } from '../../database/access/sessions.ts';
import { type Actor, userActor } from '../../domain/actor.ts';

/** The person behind the session, read anew on every request. */
export type SignedIn = PersonSignedIn;

/** The signed-in person. Only behind a route that asks for sign-in. */
export function signedIn(response: Response): SignedIn {
  const person = response.locals.signedIn as SignedIn | undefined;
  if (person === undefined) throw new Error('This route does not ask for sign-in');
  return person;
}

/** The signed-in person as the audit trail names them. */
export const actorOf = (response: Response): Actor => userActor(signedIn(response).id);
