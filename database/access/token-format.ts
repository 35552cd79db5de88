import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const mark = 'lastday_';
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 32;
const checksumLength = 6;

/** How much of a token may be shown later, to tell one from another. */
const prefixLength = mark.length + 4;

/**
 * A new API token: `lastday_`, 32 random characters (190 bits) and a checksum of both. The mark lets secret
 * scanners find one that leaked, the checksum tells them, and us, a mistyped one from a real one.
 */
export function makeTokenValue(): string {
  const secret = Array.from({ length: secretLength }, () => digits[randomInt(digits.length)]).join('');
  return `${mark}${secret}${checksum(mark + secret)}`;
}

/** Whether a text can be a token at all: mark, length and checksum fit. */
export function isTokenValue(text: string): boolean {
  if (!shape.test(text)) return false;
  return checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/** The part of a token that is stored readable. */
export const prefixOf = (value: string): string => value.slice(0, prefixLength);

const shape = new RegExp(`^${mark}[0-9A-Za-z]{${secretLength + checksumLength}}$`);

/** The CRC-32 in base 62. */
function checksum(text: string): string {
  let rest = crc32(text);
  let written = '';
  for (let i = 0; i < checksumLength; i++) {
    written = digits[rest % digits.length] + written;
    rest = Math.floor(rest / digits.length);
  }
  return written;
}
