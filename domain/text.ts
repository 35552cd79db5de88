/** The kinds of text: one line such as a name, an identifier such as a tag, or a note of several lines. */
export type TextKind = 'line' | 'identifier' | 'note';

/** A text as it is stored, or what is wrong with it and where. */
export type Cleaned = { text: string } | { problem: string };

/**
 * The one meaning of a typed text. Texts that look the same are stored the same; a text with a character that no field
 * needs is refused. Cleaning a cleaned text changes nothing. An empty text stays empty.
 */
export function cleanText(typed: string, kind: TextKind): Cleaned {
  if (printableAscii.test(typed)) return { text: typed.trim() };
  const refused = (kind === 'note' ? refusedInNotes : refusedInLines).exec(typed);
  if (refused !== null) return { problem: problemAt(typed, refused.index) };
  const text = spelled(typed.normalize('NFC'), kind).normalize('NFC').trim();
  if (text !== '' && !visible.test(text)) return { problem: nothingVisible };
  return { text };
}

/** What is wrong with a text that is not empty and shows nothing. */
export const nothingVisible = 'Enter at least one visible character.';

/** Whether PostgreSQL can hold the text: it takes neither a zero byte nor half of a character. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Almost every text of a file is one, and nothing has to be done to it. */
const printableAscii = /^[ -~]*$/;

/** Ends of lines and controls, marks that reorder what is shown, and codes that are no character. */
const refusedInLines =
  /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\p{Noncharacter_Code_Point}\p{Surrogate}]/u;
const refusedInNotes =
  /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069\p{Noncharacter_Code_Point}\p{Surrogate}]/u;

const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[^\p{Z}\p{Cc}\p{Cf}\p{M}]/u;

/** Names keep the two joiners, because some scripts and emoji are spelled with them. */
function spelled(text: string, kind: TextKind): string {
  if (kind === 'identifier') {
    return text
      .replace(/\p{Cf}/gu, '')
      .replace(/\p{Zs}/gu, ' ')
      .replace(/[\p{Pd}\u2212]/gu, '-');
  }
  return text
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Zl}\p{Zp}]/gu, '\n');
}

function problemAt(typed: string, index: number): string {
  const character = String.fromCodePoint(typed.codePointAt(index)!);
  const place = `Character ${[...typed.slice(0, index)].length + 1}`;
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  if (character === '\t') return `${place} is a tab. Use a space instead.`;
  if (/[\n\v\f\r\u0085\u2028\u2029]/.test(character)) {
    return `${place} is a line break (${code}). Write this on one line.`;
  }
  if (/\p{Cc}/u.test(character)) return `${place} is a control character (${code}). Remove it.`;
  if (/\p{Cf}/u.test(character)) return `${place} (${code}) reverses the direction of text. Remove it.`;
  return `${place} (${code}) isn't a valid Unicode character. Remove it.`;
}
