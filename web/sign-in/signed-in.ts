import type { Response } from 'express';
import { type Actor, userActor } from '../../domain/actor.ts';
import type { Role } from '../../domain/permissions.ts';

/** The person behind the session, read anew on every request. */
export interface SignedIn {
  id: number;
  name: string;
  email: string;
  role: Role;
  /** Their own zone, else the workspace's: moments are shown in it. */
  zone: string;
  /** The workspace's: what "today" is for lists. */
  workspaceZone: string;
  /** Unread notifications. */
  unread: number;
}

/** The signed-in person. Only behind a route that asks for sign-in. */
export function signedIn(response: Response): SignedIn {
  const person = response.locals.signedIn as SignedIn | undefined;
  if (person === undefined) throw new Error('This route does not ask for sign-in');
  return person;
}

/** The signed-in person as the audit trail names them. */
export const actorOf = (response: Response): Actor => userActor(signedIn(response).id);
