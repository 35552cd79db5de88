import { optionalText } from '../http/forms/fields.ts';

const limits = { words: 20, characters: 40 };
const expected = `Enter up to ${limits.words} values of at most ${limits.characters} characters, separated by commas.`;

/** Reads `0000-00-00, NULL` as words, without duplicates. */
export const listOfWords = optionalText(1_000)
  .transform((typed) => {
    const words = (typed ?? '').split(',').map((word) => word.trim());
    return [...new Set(words.filter((word) => word !== ''))];
  })
  .refine(
    (words) => words.length <= limits.words && words.every((word) => word.length <= limits.characters),
    { error: expected },
  );
