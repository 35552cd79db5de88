import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const tokenPrefix = 'lastday_';
const base62Digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 32;
const checksumLength = 6;

/** How many characters of a token are stored readable, to tell tokens apart. */
const readableLength = tokenPrefix.length + 4;

/**
 * A new API token: `lastday_`, 32 random characters (190 bits) and a checksum of both. Secret scanners find a leaked
 * token by its prefix; the checksum tells a mistyped token from a real one.
 */
export function makeTokenValue(): string {
  const secret = Array.from(
    { length: secretLength },
    () => base62Digits[randomInt(base62Digits.length)],
  ).join('');
  return `${tokenPrefix}${secret}${checksum(tokenPrefix + secret)}`;
}

/** Whether a text has the prefix, length and checksum of a token. */
export function isTokenValue(text: string): boolean {
  if (!shape.test(text)) return false;
  return checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/** The part of a token that is stored readable. */
export const prefixOf = (value: string): string => value.slice(0, readableLength);

const shape = new RegExp(`^${tokenPrefix}[0-9A-Za-z]{${secretLength + checksumLength}}$`);

/** The CRC-32 in base 62. */
function checksum(text: string): string {
  let rest = crc32(text);
  let written = '';
  for (let i = 0; i < checksumLength; i++) {
    written = base62Digits[rest % base62Digits.length] + written;
    rest = Math.floor(rest / base62Digits.length);
  }
  return written;
}
