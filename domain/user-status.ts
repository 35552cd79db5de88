import { Refusal } from './failures.ts';

/** `users.status`. Only an active user may sign in or get new items, and only while no directory says otherwise. */
export const userStatuses = ['active', 'suspended', 'offboarded'] as const;
export type UserStatus = (typeof userStatuses)[number];

/** What decides whether a person has access. A directory ends it without changing the status. */
export interface Standing {
  status: UserStatus;
  directoryInactive: boolean;
}

/** Whether a person may sign in. In SQL it is `hasAccess`. */
export const maySignIn = ({ status, directoryInactive }: Standing): boolean =>
  status === 'active' && !directoryInactive;

/** Whether a person may get hardware, a seat or a request. */
export const mayReceiveItems = (person: Standing): boolean => maySignIn(person);

/** The standing in a sentence: `is suspended`. */
export const standingWords = ({ status }: Standing): string =>
  status === 'active' ? 'is inactive in the directory' : `is ${status}`;

/** Throws a Refusal for a person without access. */
export function refuseUnlessMayReceiveItems(person: { name: string } & Standing): void {
  if (mayReceiveItems(person)) return;
  if (person.status === 'active') {
    throw new Refusal('suspended', `${person.name} ${standingWords(person)} and can't get new items.`);
  }
  if (person.status === 'suspended') {
    throw new Refusal('suspended', `${person.name} is suspended and can't get new items.`);
  }
  throw new Refusal('already-offboarded', `${person.name} is offboarded and can't get new items.`);
}
