import { z } from 'zod';
import { assetStatuses } from '../../domain/assets.ts';
import { isTimeZone } from '../../domain/dates.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import { type DateFormat, parseDate } from '../../domain/parse-date.ts';
import { userStatuses } from '../../domain/user-status.ts';
import { choice, identifier, personReference, sentEmail, text, wholeNumber } from '../http/forms/fields.ts';

/** The schemas of the cells, by field. They have the same rules as the forms. */
export const readersOf = (
  kind: ImportKind,
  dateFormat: DateFormat,
): Record<string, z.ZodType<string | number>> =>
  ({ users: userReaders(dateFormat), assets: assetReaders, licenses: licenseReaders })[kind];

const userReaders = (dateFormat: DateFormat) => ({
  externalId: identifier(100),
  name: text(),
  firstName: text(),
  lastName: text(),
  email: sentEmail(),
  department: text(100),
  jobTitle: text(100),
  manager: personReference(),
  startDate: writtenDate(dateFormat),
  endDate: writtenDate(dateFormat),
  timeZone: text(64).refine(isTimeZone, { error: 'Expected a time zone such as Europe/Berlin.' }),
  status: word(userStatuses),
});

const assetReaders = {
  tag: identifier(60),
  serial: identifier(100),
  model: text(),
  location: text(),
  status: word(assetStatuses),
  holder: personReference(),
};

const licenseReaders = {
  license: identifier(200),
  vendor: text(),
  seatsTotal: wholeNumber(1_000_000),
  user: personReference(),
};

/** One of `words`, in any case, with blanks or hyphens: `In stock` is `in_stock`. */
function word<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z
    .string()
    .transform((typed) =>
      typed
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_'),
    )
    .pipe(choice(words));
}

const writtenDate = (format: DateFormat) =>
  z.string().transform((typed, context) => {
    const read = parseDate(typed, format);
    if ('date' in read) return read.date;
    context.issues.push({ code: 'custom', input: typed, message: read.problem });
    return z.NEVER;
  });
