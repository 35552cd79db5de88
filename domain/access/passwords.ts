import { commonPasswords } from './common-passwords.ts';

/** The minimum length of a password, in characters. */
const shortestPassword = 12;
const longestPassword = 128;

/**
 * What is wrong with a new password, as a message for the user, or null. Only length and common passwords matter; no
 * rule asks for digits or signs.
 */
export function passwordProblem(password: string, email: string | null): string | null {
  const length = [...password.normalize('NFKC')].length;
  if (length < shortestPassword) return `Use at least ${shortestPassword} characters.`;
  if (length > longestPassword) return `Use at most ${longestPassword} characters.`;
  if (commonPasswords.has(password.toLowerCase())) return 'This password is too common. Choose another.';
  if (email !== null && sameInAnyCase(password, email)) return "Your email can't be your password.";
  return null;
}

const { compare } = new Intl.Collator('en', { sensitivity: 'accent' });
const sameInAnyCase = (a: string, b: string): boolean => compare(a, b) === 0;
