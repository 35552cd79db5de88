import { plural } from './plural.ts';

/** Refusals that the forms, the API and the files have in common. */
export const emailInUse = 'That email is already in use.';
export const externalIdInUse = 'That external ID is already in use.';
export const ownManager = "A person can't be their own manager.";

/** The message about an empty email of a person with a role, a password or a link. */
export const emailNeeded = 'This person can sign in, so they need an email.';

/** The message about a license's total below its used seats. */
export const tooFewSeats = (used: number): string =>
  `${plural(used, 'seat is', 'seats are')} in use, so the total can't be lower.`;
