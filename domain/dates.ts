import { DateTime, IANAZone } from 'luxon';

/** A calendar date as `YYYY-MM-DD`, without time or zone. */
export type CalendarDate = string;

const shape = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a real calendar date between 1970 and 2199 in `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  if (!shape.test(text)) return false;
  const date = DateTime.fromISO(text, { zone: 'utc' });
  return date.isValid && date.year >= 1970 && date.year <= 2199;
}

/** Whether a text names a time zone of the IANA database. */
export const isTimeZone = (text: string): boolean => IANAZone.isValidZone(text);

/** The date in a zone at the time `now`. */
export const todayIn = (zone: string, now: Date): CalendarDate =>
  DateTime.fromJSDate(now, { zone }).toISODate() as CalendarDate;

/**
 * Whole days from one date to another; negative when `to` is before `from`. JavaScript parses date-only strings as UTC
 * (ECMA-262, Date Time String Format), where every day has 24 hours.
 */
export const daysBetween = (from: CalendarDate, to: CalendarDate): number =>
  (Date.parse(to) - Date.parse(from)) / dayMs;

const dayMs = 86_400_000;

/** The date `days` after `date`, or before it when negative. */
export const addDays = (date: CalendarDate, days: number): CalendarDate =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);

/**
 * When a date begins in a zone. If daylight saving time skips midnight, the day begins at the first time that
 * exists.
 */
export const startOfDay = (date: CalendarDate, zone: string): Date =>
  DateTime.fromISO(date, { zone }).startOf('day').toJSDate();

/** A time on the clocks of a zone, to the minute: `2026-11-24T05:55`. */
export const localIn = (zone: string, time: Date): string =>
  DateTime.fromJSDate(time, { zone }).toFormat("yyyy-MM-dd'T'HH:mm");

/** The time that the clocks of a zone show as `local`. */
export const timeIn = (zone: string, local: string): Date => DateTime.fromISO(local, { zone }).toJSDate();

/** Noon of a date in a zone. */
export const noonOf = (date: CalendarDate, zone: string): Date =>
  DateTime.fromISO(date, { zone }).set({ hour: 12 }).toJSDate();

/** The local midnight that ends the last day. */
export const endOfLastDay = (date: CalendarDate, zone: string): Date => startOfDay(addDays(date, 1), zone);
