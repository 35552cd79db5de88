import type { Response } from 'express';
import type { PersonSignedIn } from '../../database/access/sessions.ts';
import { type Actor, userActor } from '../../domain/actor.ts';

/** The person of the session, read from the database on every request. */
export type SignedIn = PersonSignedIn;

/** The signed-in person. Throws on a route that does not require sign-in. */
export function signedIn(response: Response): SignedIn {
  const person = response.locals.signedIn as SignedIn | undefined;
  if (person === undefined) throw new Error('This route does not require sign-in');
  return person;
}

/** The signed-in person as an actor of the audit trail. */
export const actorOf = (response: Response): Actor => userActor(signedIn(response).id);
