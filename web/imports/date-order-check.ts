import type { FileColumn } from '../../domain/imports/columns.ts';
import { type MixedDates, orderChecker } from '../../domain/imports/date-order.ts';
import { type DateFormat, type DateSettings, dateFields, noDateTest } from '../../domain/parse-date.ts';
import { textOfCell } from './cell-text.ts';
import { FileError } from './file-error.ts';
import type { CsvRecord } from './parse-csv.ts';

/**
 * Makes a check that takes the records of a file in turn. Throws FileError when a column of dates mixes two orders of
 * day and month: then its ambiguous dates cannot be trusted either, so nothing of the file is imported.
 */
export function dateOrderCheck(columns: readonly FileColumn[], { dateFormat, noDates }: DateSettings) {
  const meansNoDate = noDateTest(noDates);
  const checks = columns.flatMap(({ header, field }, index) =>
    field !== null && dateFields.has(field) ? [{ header, index, check: orderChecker(dateFormat) }] : [],
  );
  return ({ line, cells }: CsvRecord): void => {
    for (const { header, index, check } of checks) {
      const text = textOfCell(cells[index] ?? '');
      const found = meansNoDate(text) ? null : check(line, text);
      if (found !== null) throw new FileError('mixed-dates', wordsOf(header, found, dateFormat));
    }
  };
}

const orderWords = { 'day-month': 'day first', 'month-day': 'month first' };

function wordsOf(header: string, { proof, other, isYearFirst }: MixedDates, format: DateFormat): string {
  const proven = ({ line, text, order }: typeof proof) =>
    `line ${line}, “${text}”, must be ${orderWords[order]}`;
  const expected = orderWords[proof.order === 'day-month' ? 'month-day' : 'day-month'];
  const against =
    other !== null
      ? proven(other)
      : isYearFirst
        ? `dates that begin with the year are read ${expected}`
        : `this workspace expects ${expected} (${format})`;
  return `The dates in “${header}” are mixed: ${proven(proof)}, but ${against}. Nothing was imported. Write all dates as 2026-12-31, or set the date format under Workspace.`;
}
