import { DateTime } from 'luxon';
import type { CalendarDate } from '../../../domain/dates.ts';

/** A date in a mail: `Thu 24 December 2026`. */
export const dateWords = (date: CalendarDate): string =>
  DateTime.fromISO(date, { zone: 'utc' }).setLocale('en-GB').toFormat('ccc d LLLL yyyy');

/** A time in a mail, in the reader's zone: `Thu 24 December 2026, 12:00 (Europe/Berlin)`. */
export const dateTimeWords = (time: Date, zone: string): string =>
  DateTime.fromJSDate(time, { zone }).setLocale('en-GB').toFormat(`ccc d LLLL yyyy, HH:mm '(${zone})'`);

/** A day in small print, in the reader's zone: `3 May 2024`. */
export const dayWords = (time: Date, zone: string): string =>
  DateTime.fromJSDate(time, { zone }).setLocale('en-GB').toFormat('d LLL yyyy');
