import { z } from 'zod';
import { isCalendarDate, isTimeZone, timeIn } from '../../../domain/dates.ts';
import {
  cleanEmail,
  cleanReference,
  emailPattern,
  emailToStore,
  longestEmail,
} from '../../../domain/email.ts';
import { isoDateProblem } from '../../../domain/parse-date.ts';
import { type Cleaned, cleanText, isStorable, type TextKind } from '../../../domain/text.ts';

const cleaned = (clean: (typed: string) => Cleaned, max: number, error = 'Expected text.') =>
  z
    .string({ error })
    .check((context) => {
      const typed = context.value;
      const read = clean(typed);
      const problem = 'problem' in read ? read.problem : lengthProblem(typed, read.text, max);
      if (problem !== null) context.issues.push({ code: 'custom', input: typed, message: problem });
      else if ('text' in read) context.value = read.text;
    })
    .meta({ maxLength: max });

/**
 * What is wrong with the length of a text; null when it has at most `max` characters. A character is a code point, as in
 * JSON schema and PostgreSQL. A text fits as it was typed or as it is stored, because NFC spells some characters with two
 * or three.
 */
const lengthProblem = (typed: string, cleaned: string, max: number) =>
  isLonger(typed, max) && isLonger(cleaned, max) ? `At most ${max} characters.` : null;

const isLonger = (text: string, max: number) => text.length > max && [...text].length > max;

const required = (schema: z.ZodString) => schema.min(1, { error: 'Fill this in.' });

const optional = (schema: z.ZodString) =>
  z.preprocess(
    (value) => value ?? '',
    schema.transform((value) => (value === '' ? null : value)),
  );

const cleanedText = (max: number, kind: TextKind, error?: string) =>
  cleaned((typed) => cleanText(typed, kind), max, error);

/** A required text on one line. `max` in characters. */
export const text = (max = 200) => required(cleanedText(max, 'line'));

/** An optional text on one line; null when it is empty. `max` in characters. */
export const optionalText = (max = 200) => optional(cleanedText(max, 'line'));

/** A required text of several lines. `max` in characters. */
export const note = (max = 2000) => required(cleanedText(max, 'note'));

/** An optional text of several lines; null when it is empty. `max` in characters. */
export const optionalNote = (max = 2000) => optional(cleanedText(max, 'note'));

/** A required identifier, such as a tag or an external id. `max` in characters; `error` when it is no text. */
export const identifier = (max = 100, error?: string) => required(cleanedText(max, 'identifier', error));

/** An optional identifier; null when it is empty. `max` in characters. */
export const optionalIdentifier = (max = 100) => optional(cleanedText(max, 'identifier'));

/** What names a person: an external id or an email. */
export const personReference = () => required(cleaned(cleanReference, longestEmail));

/** An optional calendar date; null when it is empty. */
export const optionalDate = () =>
  z.preprocess(
    (value) => value ?? '',
    z
      .string()
      .trim()
      .refine((value) => value === '' || isCalendarDate(value), {
        error: ({ input }) => isoDateProblem(String(input)),
      })
      .transform((value) => (value === '' ? null : value)),
  );

/** A time without its zone, as the browser's `datetime-local` field sends it. */
export const localTime = () =>
  z
    .string({ error: 'Expected a date and a time.' })
    .trim()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, {
      error: 'Expected a date and a time, such as 2026-12-31T18:00.',
    })
    .refine((text) => !Number.isNaN(timeIn('UTC', text).getTime()), {
      error: "This date and time doesn't exist.",
    });

/** An optional email that a form may store; null when it is empty. */
export const optionalEmail = () => optional(cleaned(typedEmail, longestEmail));

function typedEmail(typed: string): Cleaned {
  const read = cleanEmail(typed);
  return 'text' in read && read.text !== '' ? emailToStore(read.text) : read;
}

/**
 * An email as another system sends it. `emailToStore` checks it beside the stored one, because an address that
 * an older version took may be sent again.
 */
export const sentEmail = () =>
  required(cleaned(sent, longestEmail)).meta({
    pattern: emailPattern.source,
    examples: ['name@example.com'],
  });

function sent(typed: string): Cleaned {
  const read = cleanEmail(typed);
  return 'problem' in read && isStorable(typed) ? { text: typed } : read;
}

/** One of `words`. */
export const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `Choose one of: ${words.join(', ')}.` });

/** One of `words`; null when it is empty. */
export const optionalChoice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.preprocess((value) => (value === '' ? null : (value ?? null)), choice(words).nullable());

/** A time zone's IANA name; null when it is empty. */
export const optionalTimeZone = () =>
  optionalText(64).refine((zone) => zone === null || isTimeZone(zone), {
    error: 'Expected a time zone such as Europe/Berlin.',
  });

/** A required id, from 1 to 999,999,999. */
export const idField = (message = 'Choose one.') =>
  z
    .string({ error: message })
    .trim()
    .regex(/^[1-9]\d{0,8}$/, { error: message })
    .transform(Number);

/** The person that a search found. */
export const personField = () => idField('Choose a person: search by name, email or ID.');

/** An optional id; null when it is empty. */
export const optionalId = (message?: string) =>
  z.preprocess((value) => (value === '' ? null : (value ?? null)), idField(message).nullable());

/** A whole number from 0 to `max`. */
export function wholeNumber(max: number) {
  const error = `Expected a whole number from 0 to ${max.toLocaleString('en')}.`;
  return z
    .string({ error })
    .trim()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .refine((number) => number <= max, { error });
}

/** Whether a text is a UUID, and so can be a form's token. */
export const isUuid = (text: string): boolean => z.uuid().safeParse(text).success;

/** A form's idempotency token, so that sending the form twice acts once. The server makes one when it is missing. */
export const formToken = () => z.uuid().catch(() => crypto.randomUUID());
