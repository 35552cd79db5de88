import { z } from 'zod';
import { isCalendarDate, isTimeZone } from '../../../domain/dates.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
/** Rejects lone surrogates too, because PostgreSQL refuses them inside JSON. */
const plain = (text: string) => !controlCharacters.test(text) && text.isWellFormed();

const textOf = (max: number) =>
  z
    .string({ error: 'Expected a text.' })
    .trim()
    .max(max, { error: `At most ${max} characters, please.` })
    .refine(plain, { error: 'Control characters are not allowed here.' });

/** A required text. `max` in characters. */
export const text = (max = 200) => textOf(max).min(1, { error: 'Please fill this in.' });

/** An optional text; null when it is empty. `max` in characters. */
export const optionalText = (max = 200) =>
  z.preprocess(
    (value) => value ?? '',
    textOf(max).transform((value) => (value === '' ? null : value)),
  );

/** An optional calendar date; null when it is empty. */
export const optionalDate = () =>
  z.preprocess(
    (value) => value ?? '',
    z
      .string()
      .trim()
      .refine((value) => value === '' || isCalendarDate(value), {
        error: 'Expected a date as year-month-day, such as 2026-12-31.',
      })
      .transform((value) => (value === '' ? null : value)),
  );

/** A UTC time, as the browser's `datetime-local` field sends it. */
export const utcTime = () =>
  z
    .string({ error: 'Expected a date and a time.' })
    .trim()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, {
      error: 'Expected a date and a time, such as 2026-12-31T18:00.',
    })
    .transform((text) => new Date(`${text}Z`))
    .refine((time) => !Number.isNaN(time.getTime()), { error: 'There is no such date or time.' });

/** An e-mail address, in any script. */
export const emailAddress = () =>
  text(254).regex(z.regexes.unicodeEmail, { error: 'Expected an e-mail address such as name@example.com.' });

/** One of `words`. */
export const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `Please choose one of: ${words.join(', ')}.` });

/** One of `words`; null when it is empty. */
export const optionalChoice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.preprocess((value) => (value === '' ? null : (value ?? null)), choice(words).nullable());

/** A time zone's IANA name; null when it is empty. */
export const optionalTimeZone = () =>
  optionalText(64).refine((zone) => zone === null || isTimeZone(zone), {
    error: 'Expected a time zone such as Europe/Berlin.',
  });

/** A required id, from 1 to 999,999,999. */
export const idField = (message = 'Please choose one.') =>
  z
    .string({ error: message })
    .trim()
    .regex(/^[1-9]\d{0,8}$/, { error: message })
    .transform(Number);

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
