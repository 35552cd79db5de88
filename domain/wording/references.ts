/** The message about a reference that one person has as external ID and another as email. */
export const twoFit = (one: string, other: string): string =>
  `This matches two people: ${one} by external ID, ${other} by email.`;

export const emailInUse = 'That email is already in use.';
export const externalIdInUse = 'That external ID is already in use.';

/** The message about an empty address of a person with a role, a password or a link. */
export const emailNeeded = 'This person can sign in, so they need an email.';

export const ownManager = "A person can't be their own manager.";
