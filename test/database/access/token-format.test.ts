import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { isTokenValue, makeTokenValue, prefixOf } from '../../../database/access/token-format.ts';

test('a token has a prefix, 32 characters and a checksum', () => {
  const value = makeTokenValue();
  expect(value).toMatch(/^lastday_[0-9A-Za-z]{38}$/);
  expect(fromBase62(value.slice(-6))).toBe(crc32(value.slice(0, -6)));
  expect(isTokenValue(value)).toBe(true);
});

test('one wrong character at any position is detected', () => {
  const value = makeTokenValue();
  for (let at = 0; at < value.length; at++) {
    const other = value[at] === 'x' ? 'y' : 'x';
    expect(isTokenValue(value.slice(0, at) + other + value.slice(at + 1))).toBe(false);
  }
});

test('tokens differ, and the stored prefix reveals little', () => {
  const values = new Set(Array.from({ length: 1000 }, makeTokenValue));
  expect(values.size).toBe(1000);
  expect(prefixOf([...values][0]!)).toHaveLength('lastday_'.length + 4);
});

test.each(['', 'lastday_', `${'x'.repeat(46)}`, `Bearer ${'x'.repeat(39)}`])('%j is no token', (text) => {
  expect(isTokenValue(text)).toBe(false);
});

const fromBase62 = (text: string) =>
  [...text].reduce(
    (sum, digit) =>
      sum * 62 + '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(digit),
    0,
  );
