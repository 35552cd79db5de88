import { Refusal } from './failures.ts';

/** `users.status`. Only an active user may sign in or get new items. */
export const userStatuses = ['active', 'suspended', 'offboarded'] as const;
export type UserStatus = (typeof userStatuses)[number];

/** Whether a user with this status may get hardware, a seat or a request. */
export const mayReceiveItems = (status: UserStatus): boolean => status === 'active';

/** Whether a user with this status may sign in. */
export const maySignIn = (status: UserStatus): boolean => status === 'active';

/** Throws a Refusal for a suspended or offboarded person. */
export function refuseUnlessMayReceiveItems(person: { name: string; status: UserStatus }): void {
  if (mayReceiveItems(person.status)) return;
  if (person.status === 'suspended') {
    throw new Refusal('suspended', `${person.name} is suspended and can't get new items.`);
  }
  throw new Refusal('already-offboarded', `${person.name} is offboarded and can't get new items.`);
}
