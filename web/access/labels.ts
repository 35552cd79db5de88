import type { LinkedAccount } from '../../database/access/provider-accounts.ts';

/** How an account at the provider was found to be a person, after `linked`. */
export const linkWords = (how: LinkedAccount['linkedBy']): string =>
  ({ directory: 'by the directory', invitation: 'by an invitation', email: 'by email' })[how];
