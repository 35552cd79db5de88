import type { CalendarDate } from '../dates.ts';

/** A time as the database, JSON and Temporal give it. */
export type Time = Date | string | number;

const date = { day: 'numeric', month: 'short', year: 'numeric' } as const;
const minutes = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** How a time is written, without its zone. */
const formats = {
  day: date,
  minute: { ...date, ...minutes },
  second: { ...date, ...minutes, second: '2-digit' },
  exact: { dateStyle: 'full', timeStyle: 'full' },
  longDay: { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  clock: minutes,
} satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Kept for each zone, because creating a format is slow and a page has a hundred times. */
const known = new Map<string, Intl.DateTimeFormat>();

function written(time: Time, timeZone: string, format: keyof typeof formats): string {
  const name = `${format} ${timeZone}`;
  const found = known.get(name) ?? new Intl.DateTimeFormat('en-GB', { timeZone, ...formats[format] });
  known.set(name, found);
  return found.format(new Date(time));
}

/** A time in a zone: `24 Nov 2026, 05:55`. */
export const timeWords = (time: Time, zone: string): string => written(time, zone, 'minute');

/** A time that names its zone, for a reader who may be elsewhere: `24 Nov 2026, 05:55 Europe/Berlin`. */
export const namedTimeWords = (time: Time, zone: string): string => `${timeWords(time, zone)} ${zone}`;

/** A time to the second: `24 Nov 2026, 05:55:09`. */
export const secondWords = (time: Time, zone: string): string => written(time, zone, 'second');

/** A time to the second with its zone: `Tuesday, 24 November 2026 at 05:55:09 Central European Standard Time`. */
export const exactTimeWords = (time: Time, zone: string): string => written(time, zone, 'exact');

/** The day of a time in a zone: `24 Nov 2026`. */
export const dayWords = (time: Time, zone: string): string => written(time, zone, 'day');

/** A calendar date: `24 Nov 2026`. */
export const dateWords = (day: CalendarDate): string => dayWords(day, 'UTC');

/** A calendar date with its weekday, for mails: `Thu 24 December 2026`. */
export const longDateWords = (day: CalendarDate): string => longDayWords(day, 'UTC');

/** A time with its weekday and its zone, for mails: `Thu 24 December 2026, 12:00 Europe/Berlin`. */
export const longTimeWords = (time: Date, zone: string): string =>
  `${longDayWords(time, zone)}, ${written(time, zone, 'clock')} ${zone}`;

/** Without the comma that some versions of the language data put after the weekday. */
const longDayWords = (time: Time, zone: string) => written(time, zone, 'longDay').replace(',', '');
