import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { secretBox } from '../../../database/core/secret-box.ts';

const newKey = () => randomBytes(32).toString('base64');
const box = secretBox(newKey());

test('a secret box opens what it sealed', () => {
  expect(box.open(box.seal('whsec_naïve'))).toBe('whsec_naïve');
});

test('a secret box seals the same secret differently each time', () => {
  expect(box.seal('secret')).not.toBe(box.seal('secret'));
});

test('a secret box does not open what another key sealed', () => {
  // Several keys, because one in 256 shares the key's byte and fails at the tag instead.
  for (let i = 0; i < 20; i++) {
    expect(() => secretBox(newKey()).open(box.seal('secret'))).toThrow();
  }
});

test('a secret box does not open an altered secret', () => {
  const sealed = Buffer.from(box.seal('secret'), 'base64');
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i]! ^= 1;
    expect(() => box.open(changed.toString('base64'))).toThrow();
  }
});

test.each(['', 'AA==', 'not base64 at all'])('a secret box does not open %j', (text) => {
  expect(() => box.open(text)).toThrow();
});
