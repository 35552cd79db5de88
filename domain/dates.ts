import { DateTime, IANAZone } from 'luxon';

/** A calendar date as `YYYY-MM-DD`: an end date is a day on a calendar, never a moment. */
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

/** Today's date in a zone, at the moment `now`. */
export const todayIn = (zone: string, now: Date): CalendarDate =>
  DateTime.fromJSDate(now, { zone }).toISODate() as CalendarDate;

/**
 * Whole days from one date to another; negative when `to` lies before `from`. Dates alone are read as UTC
 * (ECMA-262, Date Time String Format), where every day has 24 hours.
 */
export const daysBetween = (from: CalendarDate, to: CalendarDate): number =>
  (Date.parse(to) - Date.parse(from)) / dayMs;

const dayMs = 86_400_000;

/** The date `days` after `date` (before, when negative). */
export const addDays = (date: CalendarDate, days: number): CalendarDate =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);

/**
 * The moment a date begins in a zone. Where the clock skips midnight on that day (a DST change at
 * midnight), the day begins with the first moment that exists.
 */
export const startOfDay = (date: CalendarDate, zone: string): Date =>
  DateTime.fromISO(date, { zone }).startOf('day').toJSDate();

/** The moment the last day is over: the local midnight that ends it. */
export const endOfLastDay = (date: CalendarDate, zone: string): Date => startOfDay(addDays(date, 1), zone);
