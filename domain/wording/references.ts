/** The message about a reference that one person has as external id and another as e-mail address. */
export const twoFit = (one: string, other: string): string =>
  `This fits two people: ${one} by external id, ${other} by e-mail address.`;
