import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { secretBox } from '../../../database/core/secret-box.ts';

const newKey = () => randomBytes(32).toString('base64');
const box = secretBox(newKey());

it('opens what it has sealed', () => {
  expect(box.open(box.seal('whsec_naïve'))).toBe('whsec_naïve');
});

it('seals the same secret differently each time', () => {
  expect(box.seal('secret')).not.toBe(box.seal('secret'));
});

it('does not open what another key has sealed', () => {
  // Several keys: one in 256 shares the byte that tells keys apart, and fails at the tag instead.
  for (let i = 0; i < 20; i++) {
    expect(() => secretBox(newKey()).open(box.seal('secret'))).toThrow();
  }
});

it('does not open what was changed', () => {
  const sealed = Buffer.from(box.seal('secret'), 'base64');
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i]! ^= 1;
    expect(() => box.open(changed.toString('base64'))).toThrow();
  }
});

it.each(['', 'AA==', 'not base64 at all'])('does not open %j', (text) => {
  expect(() => box.open(text)).toThrow();
});
