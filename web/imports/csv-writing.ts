import type { Options } from 'csv-stringify';

/** The characters that begin a formula in a spreadsheet. The library escapes all of them but the line feed. */
const startsFormula = /^[=+\-@\t\r\n＝＋－＠]/;

/** The options for CSV files that spreadsheets may open: a cell that looks like a formula gets an apostrophe. */
export const csvOptions = (delimiter: string): Options => ({
  delimiter,
  record_delimiter: 'windows',
  escape_formulas: true,
  cast: { string: (cell) => (cell.startsWith('\n') ? `'${cell}` : cell) },
  // Quotes cells with blanks at an end or line breaks. A leading tab needs none, because an apostrophe precedes it.
  quoted_match: /^[^\S\t]|[\r\n]|\s$/,
});

/** A cell without the apostrophe that `csvOptions` adds. */
export const unescapeFormula = (cell: string): string =>
  cell.startsWith("'") && startsFormula.test(cell.slice(1)) ? cell.slice(1) : cell;
