/** The fields that name a person, an asset or a license. A value that a spreadsheet has changed names nothing. */
const identifiers: ReadonlySet<string> = new Set([
  'externalId',
  'email',
  'tag',
  'serial',
  'license',
  'manager',
  'holder',
  'user',
]);

/**
 * A number that a spreadsheet has shortened, such as `2.66E+07`. Its exponent has at most three digits, so a serial
 * number such as `5E0001234` is none.
 */
const shortenedNumber = /^\d([.,]\d+)?E[+-]?\d{1,3}$/i;

/** Why a spreadsheet has spoilt the value of an identifier; null when it has not, or when the field is no identifier. */
export function spoiltIdentifier(field: string, value: string): string | null {
  if (!identifiers.has(field)) return null;
  if (shortenedNumber.test(value)) {
    return `“${value}” is a number that a spreadsheet has shortened. Format the column as text, and save the file again.`;
  }
  if (value.startsWith('=')) {
    return `“${value}” is a formula, not a value. Format the column as text, and save the file again.`;
  }
  return null;
}
