import { z } from 'zod';
import { isCalendarDate, isTimeZone } from '../../../domain/dates.ts';
import { isoDateProblem } from '../../../domain/parse-date.ts';
import { sourceTimestamp } from '../../../domain/source-timestamps.ts';
import { largestId } from '../../http/forms/request.ts';

/** A calendar date in a request. */
export const date = () =>
  z
    .string({ error: 'Expected a date as text, or null.' })
    .refine(isCalendarDate, { error: ({ input }) => isoDateProblem(String(input)) })
    .meta({ format: 'date', pattern: '^(19[7-9]|2[01]\\d)\\d-', examples: ['2026-12-31'] });

/** A time zone's IANA name in a request. */
export const timeZone = () =>
  z
    .string({ error: 'Expected a time zone as text, or null.' })
    .max(64, { error: 'At most 64 characters.' })
    .refine(isTimeZone, { error: 'Expected a time zone such as Europe/Berlin.' })
    .meta({ examples: ['Europe/Berlin'] });

const expectedDateTime = 'Expected a time with an offset, such as 2026-11-24T10:15:00Z.';

/** Without a leap second, and in a year that is none of the first and last in every zone. */
const writtenAtPattern =
  '^(?!0000|9999)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)$';

/** The time at which the sender wrote the data, with its offset from UTC. */
export const writtenAt = () =>
  z
    .string({ error: expectedDateTime })
    .refine((text) => sourceTimestamp(text) !== null, { error: expectedDateTime })
    .meta({ format: 'date-time', pattern: writtenAtPattern, examples: ['2026-11-24T10:15:00.123Z'] });

/** An id in a request. */
export const id = (error: string) => z.int({ error }).min(1, { error }).max(largestId, { error });

/** The fields of responses. */
export const responseField = {
  id: () => z.int(),
  text: () => z.string(),
  date: () => z.iso.date(),
  dateTime: () => z.iso.datetime(),
};
