import { type CalendarDate, isCalendarDate } from './dates.ts';

/** The date formats of files; `2026-12-31` is always accepted too. */
export const dateFormats = [
  'YYYY-MM-DD',
  'DD.MM.YYYY',
  'DD/MM/YYYY',
  'DD-MM-YYYY',
  'MM/DD/YYYY',
  'YYYY/MM/DD',
] as const;
export type DateFormat = (typeof dateFormats)[number];

/** How the dates of a workspace's files are read. */
export interface DateSettings {
  dateFormat: DateFormat;
  /** What a cell holds when there is no date, such as `0000-00-00`. It counts as an empty cell. */
  noDates: readonly string[];
}

/** The fields of imported files that hold a date. */
export const dateFields: ReadonlySet<string> = new Set(['startDate', 'endDate']);

/** A parsed date, or the reason why it is invalid. */
export type ReadDate = { date: CalendarDate } | { problem: string };

/**
 * Parses a date in ISO format or the workspace's format, also with a midnight time. Rejects all else, because a wrong
 * guess would end access on the wrong day.
 */
export function parseDate(text: string, format: DateFormat): ReadDate {
  const written = withoutMidnight(text);
  if (isCalendarDate(written)) return { date: written };
  const date = asWritten(written, format);
  if (date !== null && isCalendarDate(date)) return { date };
  return { problem: whyNot(written, format) };
}

const withoutMidnight = (text: string) => text.trim().replace(/[ T]00:00(:00(\.0+)?)?Z?$/, '');

/** Makes the test whether a text is one of the words that mean no date. Case and a midnight time do not matter. */
export function noDateTest(words: readonly string[]): (text: string) => boolean {
  const known = new Set(words.map((word) => word.toLowerCase()));
  return (text) => known.size > 0 && known.has(withoutMidnight(text).toLowerCase());
}

/** Converts a date from the format to ISO; null when it does not match. */
function asWritten(text: string, format: DateFormat): CalendarDate | null {
  const separator = separatorOf(format);
  const names = format.split(separator);
  const parts = text.split(separator);
  const fits =
    parts.length === 3 &&
    parts.every((part, index) => (names[index] === 'YYYY' ? /^\d{4}$/ : /^\d{1,2}$/).test(part));
  if (!fits) return null;
  const part = (name: string) => parts[names.indexOf(name)]!.padStart(2, '0');
  return `${part('YYYY')}-${part('MM')}-${part('DD')}`;
}

const separatorOf = (format: DateFormat) => /[^YMD]/.exec(format)![0];

function whyNot(text: string, format: DateFormat): string {
  if (/^\d{4,6}$/.test(text)) {
    return `“${text}” is a spreadsheet's internal number for a date. Format the column as a date, and save the file again.`;
  }
  const ambiguous = twoReadings(text);
  if (ambiguous !== null) {
    const [first, second] = ambiguous;
    return `“${text}” could mean ${first} or ${second}. ${expected(format)}`;
  }
  const beyond = dayBeyondMonth(text, format);
  if (beyond !== null) return `“${text}” doesn't exist: ${beyond}.`;
  if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2}$/.test(text)) {
    return `Write the year of “${text}” with four digits. ${expected(format)}`;
  }
  return `“${text}” isn't a date. ${expected(format)}`;
}

/** The two dates of an ambiguous text, read day first and month first; null when they are the same. */
function twoReadings(text: string): [CalendarDate, CalendarDate] | null {
  const readings = bothReadings(text);
  return readings !== null && readings[0] !== readings[1] && readings.every(isCalendarDate) ? readings : null;
}

/** A text that ends with the year, read day first and month first, whether these dates exist or not. */
function bothReadings(text: string): [CalendarDate, CalendarDate] | null {
  const match = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text);
  if (match === null) return null;
  const [one, other, year] = [match[1]!.padStart(2, '0'), match[2]!.padStart(2, '0'), match[3]!];
  return [`${year}-${other}-${one}`, `${year}-${one}-${other}`];
}

/** How many days the month of a text has, in words, when the text names a day beyond them; null otherwise. */
function dayBeyondMonth(text: string, format: DateFormat): string | null {
  const written = asWritten(text, format);
  for (const reading of [text, ...(written === null ? (bothReadings(text) ?? []) : [written])]) {
    const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(reading) ?? []).map(Number) as number[];
    if (!year || !month || month > 12 || !day || day > 31) continue;
    const lastDay = new Date(Date.UTC(year, month, 0));
    if (day > lastDay.getUTCDate()) return `${monthOf(lastDay)} has ${lastDay.getUTCDate()} days`;
  }
  return null;
}

/** What is wrong with a text that has to be a date in ISO format and is none. */
export function isoDateProblem(text: string): string {
  const beyond = /^\d{4}-\d\d-\d\d$/.test(text) ? dayBeyondMonth(text, 'YYYY-MM-DD') : null;
  return beyond === null
    ? 'Expected a date as year-month-day, such as 2026-12-31.'
    : `“${text}” doesn't exist: ${beyond}.`;
}

const monthOf = (date: Date) =>
  date.toLocaleString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });

const expected = (format: DateFormat) =>
  format === 'YYYY-MM-DD'
    ? 'Write dates as 2026-12-31, or set the date format under Workspace.'
    : `Write dates as 2026-12-31 or as ${exampleOf(format)}.`;

/** 31 December 2026 in a format. */
export const exampleOf = (format: DateFormat): string =>
  format.replace('YYYY', '2026').replace('MM', '12').replace('DD', '31');
