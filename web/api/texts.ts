import { nothingVisible } from '../../domain/text.ts';
import { identifier, note, text } from '../http/forms/fields.ts';
import type { ListedRule } from './http/endpoint-types.ts';

/** Control characters and ends of lines, directions of text, and what is no character. */
const refused = `\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ufdd0-\\ufdef\\ufffe\\uffff${highNoncharacters()}`;
const refusedOnOneLine = `\\u0000-\\u001f${refused}`;
const refusedOnManyLines = `\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f${refused}`;

/**
 * Spaces and what cannot be seen. Characters beyond U+FFFF stand for themselves, because JSON schema has no escape for
 * them that every reader knows. Marks are not in it, because they have hundreds of ranges: `markRule` is about them.
 */
const invisible =
  ' \\u00a0\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u1680' +
  '\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f' +
  '\\ufeff\\uffa0\\ufff0-\\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}' +
  '\u{e0000}-\u{e0fff}';

/** The last two codes of each plane are no characters. */
function highNoncharacters(): string {
  const planes = Array.from({ length: 16 }, (_, index) => (index + 1) * 0x10000);
  return planes.map((plane) => String.fromCodePoint(plane + 0xfffe, plane + 0xffff)).join('');
}

/** The JSON schema's pattern of a text that is not empty. */
const patternWithout = (bad: string, blank: string) => `^[^${bad}]*[^${bad}${blank}][^${bad}]*$`;

/** A text on one line in a request, with the pattern that describes it. `max` in characters. */
export const oneLine = (max: number) =>
  text(max).meta({ pattern: patternWithout(refusedOnOneLine, invisible) });

/** An identifier in a request, such as a tag or an external id. `error` is its message when it is no text. */
export const oneIdentifier = (max: number, error?: string) =>
  identifier(max, error).meta({ pattern: patternWithout(refusedOnOneLine, invisible) });

/** A text in a request that may have several lines. */
export const manyLines = (max: number) =>
  note(max).meta({ pattern: patternWithout(refusedOnManyLines, `\\t\\n\\r${invisible}`) });

/** What the patterns of texts leave out. */
export const markRule: ListedRule = {
  detail: nothingVisible,
  description:
    "Text needs at least one visible character. Combining marks alone, such as an accent, don't count.",
};
