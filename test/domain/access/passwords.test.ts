import { expect, test } from 'vitest';
import { commonPasswords } from '../../../domain/access/common-passwords.ts';
import { passwordProblem } from '../../../domain/access/passwords.ts';

const email = 'ada.lindqvist@lastday.example';

test.each([
  ['three dull knives', null],
  ['twelve chars', null],
  ['x'.repeat(128), null],
  ['eleven char', 'Use at least 12 characters.'],
  ['x'.repeat(129), 'Use at most 128 characters.'],
  ['Password1234', 'This password is too common. Choose another.'],
  ['Ada.Lindqvist@lastday.example', "Your email can't be your password."],
])('%s', (password, problem) => {
  expect(passwordProblem(password, email)).toBe(problem);
});

test('length is counted in characters, not in bytes', () => {
  expect(passwordProblem('пароль-пятниц', email)).toBeNull();
  expect(passwordProblem('🦦🦦🦦🦦🦦🦦', email)).toBe('Use at least 12 characters.');
  expect(passwordProblem('🦦'.repeat(128), email)).toBeNull();
});

test('the common passwords are long enough and in lower case', () => {
  const pointless = [...commonPasswords].filter(
    (password) => [...password].length < 12 || password !== password.toLowerCase(),
  );
  expect(pointless).toEqual([]);
});
