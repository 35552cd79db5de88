/** The message about a reference that one person has as external ID and another as email. */
export const twoFit = (one: string, other: string): string =>
  `This matches two people: ${one} by external ID, ${other} by email.`;
