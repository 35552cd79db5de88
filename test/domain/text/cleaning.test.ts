import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, type TextKind } from '../../../domain/text.ts';

const kinds: TextKind[] = ['line', 'identifier', 'note'];
const cleanedAs = (kind: TextKind, typed: string) => {
  const read = cleanText(typed, kind);
  return 'text' in read ? read.text : read.problem;
};

/** Texts of any code points, half characters too, most of them with characters that cleaning is about. */
const special = fc.constantFrom(
  ...'\u0000\t\n\r\u0085\u00a0\u00ad\u0301\u2007\u2011\u2013\u200b\u200c\u200d\u200e\u2028\u202e\u2060\u2066\u2212\u3000\u3164\ufdd0\ufeff\ufffe',
);
const anyText = fc.oneof(
  fc.string({ unit: fc.oneof(special, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })) }),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

describe.each(kinds)('cleaning a text as %s', (kind) => {
  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (typed) => {
        const read = cleanText(typed, kind);
        if ('text' in read) expect(cleanText(read.text, kind)).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });

  test('leaves nothing that it refuses or removes', () => {
    const never = {
      line: /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{NChar}]|(?! )\p{Zs}|^ | $/u,
      identifier: /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{NChar}\u2212]|(?! )\p{Zs}|(?!-)\p{Pd}|^ | $/u,
      note: /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{NChar}]|(?! )\p{Zs}|^\s|\s$/u,
    }[kind];
    fc.assert(
      fc.property(anyText, (typed) => {
        const read = cleanText(typed, kind);
        if (!('text' in read)) return;
        expect(read.text).not.toMatch(never);
        expect(read.text).toBe(read.text.normalize('NFC'));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['\u0000', 'Character 2 is a control character (U+0000). Remove it.'],
    ['\u009b', 'Character 2 is a control character (U+009B). Remove it.'],
    ['\u202e', 'Character 2 (U+202E) reverses the direction of text. Remove it.'],
    ['\u2066', 'Character 2 (U+2066) reverses the direction of text. Remove it.'],
    ['\ufffe', "Character 2 (U+FFFE) isn't a valid Unicode character. Remove it."],
    ['\u{1ffff}', "Character 2 (U+1FFFF) isn't a valid Unicode character. Remove it."],
    ['\ud83d', "Character 2 (U+D83D) isn't a valid Unicode character. Remove it."],
  ])('refuses %j wherever it is, and says where (E4, E10)', (character, problem) => {
    expect(cleanText(`😀${character}x`, kind)).toEqual({ problem });
    expect(cleanText(character, kind)).toMatchObject({ problem: expect.any(String) });
  });
});

test.each([...'\n\u000b\f\r\u0085\u2028\u2029'])('the line end %j is refused in one line (E10)', (end) => {
  for (const kind of ['line', 'identifier'] as const) {
    expect(cleanedAs(kind, `a${end}`)).toMatch(
      /^Character 2 is a line break \(U\+.{4}\)\. Write this on one line\.$/,
    );
  }
});

test('a tab is refused in one line, and notes keep tabs and line breaks', () => {
  expect(cleanedAs('line', 'a\tb')).toBe('Character 2 is a tab. Use a space instead.');
  expect(cleanedAs('note', ' a\tb\r\nc\u2028d\n')).toBe('a\tb\r\nc\nd');
});

test.each([
  ['a zero-width space', 'LT-00002\u200b', 'LT-00002'],
  ['a hyphen that does not break', 'LT\u201100004', 'LT-00004'],
  ['a soft hyphen', 'LT\u00ad-00004', 'LT-00004'],
  ['a minus sign', '\u22125', '-5'],
  ['an en dash', 'Adobe \u2013 CC', 'Adobe - CC'],
  ['a byte order mark', '\ufeffE-1', 'E-1'],
  ['marks of direction', 'E-\u200e1\u200f', 'E-1'],
  ['joiners', 'E\u200d-\u200c1', 'E-1'],
  ['spaces of other widths', '\u00a0E\u20071\u3000', 'E 1'],
  ['an accent apart from its letter', 'Jose\u0301', 'José'],
  ['an accent behind what is removed', 'Jose\u200b\u0301', 'José'],
])('an identifier with %s is the same without (R4, E4)', (_case, typed, stored) => {
  expect(cleanText(typed, 'identifier')).toEqual({ text: stored });
});

test('a name keeps its joiners and its dashes', () => {
  expect(cleanedAs('line', 'نامه\u200cای')).toBe('نامه\u200cای');
  expect(cleanedAs('line', '👩\u200d💻')).toBe('👩\u200d💻');
  expect(cleanedAs('line', 'Anne\u2011Marie \u2013 HR\u2060')).toBe('Anne\u2011Marie \u2013 HR');
});

test('a text in which nothing can be seen is empty or refused (E4)', () => {
  for (const typed of ['', ' ', '\u200b', '\u2060', '\ufeff', '\u00ad', '\u00a0\u3000']) {
    expect(cleanText(typed, 'line')).toEqual({ text: '' });
  }
  for (const typed of ['\u200d', '\u3164', '\u2800', '\ufe0f', '\u0301', '\u115f \u034f']) {
    expect(cleanedAs('line', typed)).toBe('Enter at least one visible character.');
  }
  for (const typed of ['.', '5', '山', '😀', '⛔️', 'е́'])
    expect(cleanedAs('line', typed)).toBe(typed.normalize('NFC'));
});
