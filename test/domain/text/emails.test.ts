import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanEmail, cleanReference, emailToStore } from '../../../domain/email.ts';

const expected = { problem: 'Expected an email such as name@example.com.' };

describe('an email', () => {
  test.each([
    'lena@example.com',
    'n@x',
    "o'brien+hr%1@sub.example.co",
    'a.b.c@xn--mller-kva.example',
    `${'x'.repeat(64)}@${'y'.repeat(63)}.example`,
  ])('%s is taken as it is', (typed) => {
    expect(emailToStore(typed)).toEqual({ text: typed });
  });

  test.each([
    ['mailto:a@b.example', 'a@b.example'],
    ['MAILTO:a@b.example', 'a@b.example'],
    ['<a@b.example>', 'a@b.example'],
    ['<mailto:a@b.example>', 'a@b.example'],
    ['mailto:<a@b.example>', 'a@b.example'],
    ['\u00a0a@b.example\u200b', 'a@b.example'],
    ['a@b\u2011c.example', 'a@b-c.example'],
  ])('%j becomes %s (E4, E9)', (typed, stored) => {
    expect(emailToStore(typed)).toEqual({ text: stored });
    expect(cleanReference(typed)).toEqual({ text: stored });
  });

  test.each([
    '',
    'a',
    '@b.example',
    'a@',
    'a,b@c.example',
    '<b>a</b>@c.example',
    'Name <a@b.example>',
    'mailto:a@b.example?subject=x',
    'a@b.example/..',
    '.a@c.example',
    'a.@c.example',
    'a..b@c.example',
    'a@b..c',
    'a@-c.example',
    'a@c-.example',
    'a@.c.example',
    'a@c.example.',
    'a@b@c.example',
    'a b@c.example',
    'a%0d%0aBcc:x@y.example',
    'müller@example.com',
    `a@${'y'.repeat(64)}.example`,
    `a@${'y.'.repeat(130)}example`,
  ])('%s is none (E9)', (typed) => {
    expect(emailToStore(typed)).toEqual(expected);
  });

  test('with a character that no one-line field takes says which (E9, E10)', () => {
    expect(emailToStore('a\u0085@c.example')).toEqual({
      problem: 'Character 2 is a line break (U+0085). Write this on one line.',
    });
    expect(emailToStore('a\u202e@c.example')).toMatchObject({ problem: expect.stringMatching('U\\+202E') });
  });

  test.each(['.a@c.example', 'mu\u0308ller@example.com', 'a\u202eb@c.example', 'a b@c.example'])(
    'that is stored may be sent again: %j',
    (stored) => {
      expect(emailToStore(stored, stored)).toEqual({ text: stored });
      expect(emailToStore(stored, 'other@c.example')).toMatchObject({ problem: expect.any(String) });
      expect(emailToStore('new@c.example', stored)).toEqual({ text: 'new@c.example' });
      const cleaned = cleanEmail(stored);
      if ('text' in cleaned) expect(emailToStore(cleaned.text, stored)).toEqual({ text: stored });
    },
  );

  test('that can be stored is cleaned already', () => {
    const part = fc.string({ unit: fc.constantFrom(...'ab.-+<>@:\u200b\u2011\u00a0'), maxLength: 8 });
    const typed = fc.oneof(
      fc.emailAddress(),
      fc.tuple(part, part).map(([a, b]) => `mailto:<${a}@${b}>`),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const read = emailToStore(text);
        if ('text' in read) expect(emailToStore(read.text)).toEqual(read);
        const cleaned = cleanEmail(text);
        if ('text' in cleaned) expect(cleanEmail(cleaned.text)).toEqual(cleaned);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('an external id that names a person is cleaned as an identifier', () => {
  expect(cleanReference('E\u2011100\u200b')).toEqual({ text: 'E-100' });
  expect(cleanReference('<E-100>')).toEqual({ text: '<E-100>' });
});
