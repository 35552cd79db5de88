import { type CalendarDate, isCalendarDate } from './dates.ts';

/** How a workspace writes dates in its files, beside `2026-12-31`, which is always understood. */
export const dateFormats = [
  'YYYY-MM-DD',
  'DD.MM.YYYY',
  'DD/MM/YYYY',
  'DD-MM-YYYY',
  'MM/DD/YYYY',
  'YYYY/MM/DD',
] as const;
export type DateFormat = (typeof dateFormats)[number];

/** A date that was read, or the words that say why it was not. */
export type ReadDate = { date: CalendarDate } | { problem: string };

/**
 * Reads a date as ISO writes it or as the workspace does; a time of midnight behind it does no harm. Everything
 * else is refused: a date that is guessed wrong ends the wrong day.
 */
export function parseDate(text: string, format: DateFormat): ReadDate {
  const written = text.trim().replace(/[ T]00:00(:00(\.0+)?)?Z?$/, '');
  if (isCalendarDate(written)) return { date: written };
  const date = asWritten(written, format);
  if (date !== null && isCalendarDate(date)) return { date };
  return { problem: whyNot(written, format) };
}

/** The parts of a date in the order and with the separator of the format, put together as ISO; null when it does not fit. */
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
    return `“${text}” is the number a spreadsheet keeps for a date. Format the column as a date, and save the file again.`;
  }
  const ambiguous = twoReadings(text);
  if (ambiguous !== null) {
    const [first, second] = ambiguous;
    return `“${text}” can be ${first} or ${second}. ${expected(format)}`;
  }
  if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2}$/.test(text)) {
    return `Write the year of “${text}” with four digits. ${expected(format)}`;
  }
  return `“${text}” is no date that is understood here. ${expected(format)}`;
}

/** The two dates that day-month and month-day would make of a text, when they differ; else null. */
function twoReadings(text: string): [CalendarDate, CalendarDate] | null {
  const match = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text);
  if (match === null) return null;
  const [one, other, year] = [match[1]!.padStart(2, '0'), match[2]!.padStart(2, '0'), match[3]!];
  const readings: [CalendarDate, CalendarDate] = [`${year}-${other}-${one}`, `${year}-${one}-${other}`];
  return one !== other && readings.every(isCalendarDate) ? readings : null;
}

const expected = (format: DateFormat) =>
  format === 'YYYY-MM-DD'
    ? 'Write dates as 2026-12-31, or say in the workspace settings how your files write them.'
    : `Write dates as 2026-12-31 or as ${exampleOf(format)}, the way of this workspace.`;

/** 31 December 2026 in a format. */
export const exampleOf = (format: DateFormat): string =>
  format.replace('YYYY', '2026').replace('MM', '12').replace('DD', '31');
