import { commonPasswords } from './common-passwords.ts';

/** The length of a password, in characters. */
export const shortestPassword = 12;
export const longestPassword = 128;

/**
 * What is wrong with a new password, in words for the one who chose it, or null. Length is what counts: no rule
 * asks for digits or signs.
 */
export function passwordProblem(password: string, email: string): string | null {
  const length = [...password.normalize('NFKC')].length;
  if (length < shortestPassword) return `Use at least ${shortestPassword} characters.`;
  if (length > longestPassword) return `Use at most ${longestPassword} characters.`;
  if (commonPasswords.has(password.toLowerCase()))
    return 'Too many people use this password. Choose another.';
  if (password.toLowerCase() === email.toLowerCase()) return 'Your e-mail address cannot be your password.';
  return null;
}
