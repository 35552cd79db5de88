import { addDays, type CalendarDate } from '../../domain/dates.ts';
import { dateBetween, intBetween, pick } from './random.ts';

const day = 86_400_000;

/** A moment between two others, in office hours (UTC) where that fits between them. */
export function momentBetween(from: Date, to: Date): Date {
  const moment = dateBetween(from, to);
  const inOfficeHours = new Date(moment);
  inOfficeHours.setUTCHours(intBetween(7, 16));
  return inOfficeHours >= from && inOfficeHours <= to ? inOfficeHours : moment;
}

/** `days` before a moment. */
export const daysBefore = (moment: Date, days: number): Date => new Date(moment.getTime() - days * day);

/** The morning of a date. */
export const morningOf = (date: CalendarDate): Date => new Date(`${date}T08:00:00Z`);

/** A date up to twelve years back, and at least two months: nobody in a demo has only just arrived. */
export const startDateBefore = (today: CalendarDate): CalendarDate =>
  addDays(today, -intBetween(60, pick([700, 1800, 4400])));
