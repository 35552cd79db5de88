import { type Cleaned, cleanText } from './text.ts';

/** The most characters of an address. */
export const longestEmail = 254;

const atom = "[a-zA-Z0-9!#$%&'*+\\/=?^_`{|}~\\-]+";
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9\\-]{0,61}[a-zA-Z0-9])?';

/** An email address by the HTML standard, without a leading, trailing or doubled dot before the `@`. */
export const emailPattern = new RegExp(`^${atom}(?:\\.${atom})*@${label}(?:\\.${label})*$`);

const expected = 'Expected an email such as name@example.com.';

/** Cleans the characters of an address, and removes `mailto:` and `<…>` around it. It may still be none. */
export function cleanEmail(typed: string): Cleaned {
  const cleaned = cleanText(typed, 'identifier');
  return 'text' in cleaned ? { text: unwrapped(cleaned.text) } : cleaned;
}

/** Cleans what names a person, an external id or an address. */
export function cleanReference(typed: string): Cleaned {
  const cleaned = cleanText(typed, 'identifier');
  return 'text' in cleaned && cleaned.text.includes('@') ? { text: unwrapped(cleaned.text) } : cleaned;
}

function unwrapped(text: string): string {
  const inner = text
    .replace(/^mailto:/i, '')
    .replace(/^<(.*)>$/, '$1')
    .trim();
  return inner === text ? text : unwrapped(inner);
}

/**
 * The address to store for someone whose address is `stored`. That one may be sent again although it would be refused
 * today: an older version took it, and a nightly sync must not fail on it.
 */
export function emailToStore(sent: string, stored: string | null = null): Cleaned {
  if (sent === stored) return { text: stored };
  const cleaned = cleanEmail(sent);
  if ('problem' in cleaned) return cleaned;
  if (emailPattern.test(cleaned.text) && cleaned.text.length <= longestEmail) return cleaned;
  return stored !== null && isSame(cleanEmail(stored), cleaned) ? { text: stored } : { problem: expected };
}

const isSame = (one: Cleaned, other: Cleaned) => 'text' in one && 'text' in other && one.text === other.text;
