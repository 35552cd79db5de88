import { type CalendarDate, daysBetween } from '../dates.ts';
import { type OpenCounts, stillOpen } from './checklist.ts';

/** How many days ahead the queue can look. */
export const lookAheads = [7, 14, 30, 60, 90, 180] as const;
export type LookAhead = (typeof lookAheads)[number];
const defaultLookAhead: LookAhead = 30;

/** The requested look-ahead; when that is none, the remembered one or the default. */
export const lookAheadFrom = (asked: unknown, remembered: LookAhead | null = null): LookAhead =>
  lookAheads.find((days) => String(days) === String(asked)) ?? remembered ?? defaultLookAhead;

/** How a date is coloured: past in red, today to seven days ahead in amber, later plain. */
export type DueTone = 'past' | 'soon' | 'later';
const soonDays = 7;

export function dueTone(endDate: CalendarDate, today: CalendarDate): DueTone {
  const days = daysBetween(today, endDate);
  if (days < 0) return 'past';
  return days <= soonDays ? 'soon' : 'later';
}

/** The distance to a date in words: `3 days ago`, `today`, `in 5 days`. */
export function dueWords(endDate: CalendarDate, today: CalendarDate): string {
  const days = daysBetween(today, endDate);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return '1 day ago';
  return days < 0 ? `${-days} days ago` : `in ${days} days`;
}

/** The words on a row's button. */
export function rowButton(counts: OpenCounts): string {
  const open = stillOpen(counts);
  return open === 0 ? 'Finalize' : `Review (${open})`;
}
