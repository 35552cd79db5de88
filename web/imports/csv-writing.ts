import type { Options } from 'csv-stringify';

/** How a formula begins for a spreadsheet. The library knows all of these but the line feed. */
const startsFormula = /^[=+\-@\t\r\n＝＋－＠]/;

/** How files are written that spreadsheets may open: a cell that looks like a formula gets an apostrophe. */
export const csvOptions = (delimiter: string): Options => ({
  delimiter,
  record_delimiter: 'windows',
  escape_formulas: true,
  cast: { string: (cell) => (cell.startsWith('\n') ? `'${cell}` : cell) },
  // Spaces at either end and line breaks need quotation marks; a tab in front stands behind an apostrophe already.
  quoted_match: /^[^\S\t]|[\r\n]|\s$/,
});

/** A cell that may come from such a file, without the apostrophe. */
export const asItWas = (cell: string): string =>
  cell.startsWith("'") && startsFormula.test(cell.slice(1)) ? cell.slice(1) : cell;
