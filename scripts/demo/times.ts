import { addDays, type CalendarDate } from '../../domain/dates.ts';
import { dateBetween, intBetween, pick } from './random.ts';

const dayMs = 86_400_000;

/** A random time between two others, in office hours (UTC) if possible. */
export function timeBetween(from: Date, to: Date): Date {
  const time = dateBetween(from, to);
  const inOfficeHours = new Date(time);
  inOfficeHours.setUTCHours(intBetween(7, 16));
  return inOfficeHours >= from && inOfficeHours <= to ? inOfficeHours : time;
}

/** The time `days` earlier. */
export const daysBefore = (time: Date, days: number): Date => new Date(time.getTime() - days * dayMs);

/** 08:00 UTC on a date. */
export const morningOf = (date: CalendarDate): Date => new Date(`${date}T08:00:00Z`);

/** A date from two months to twelve years earlier, because nobody in a demo is new. */
export const startDateBefore = (today: CalendarDate): CalendarDate =>
  addDays(today, -intBetween(60, pick([700, 1800, 4400])));
