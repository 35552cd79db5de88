/**
 * How a cell begins that a spreadsheet takes for a formula: full-width signs are read like the others, and tabs and ends
 * of lines before them are dropped.
 */
const startsFormula = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * Cells as a line of CSV that spreadsheets may open: what they would take for a formula gets an apostrophe, which
 * an import takes away again.
 */
export const csvLine = (cells: readonly string[], separator: string): string =>
  `${cells.map((cell) => quoted(harmless(cell), separator)).join(separator)}\r\n`;

const harmless = (cell: string) => (startsFormula.test(cell) ? `'${cell}` : cell);

/** A cell that may come from such a line, as it was before. */
export const asItWas = (cell: string): string =>
  cell.startsWith("'") && startsFormula.test(cell.slice(1)) ? cell.slice(1) : cell;

const quoted = (cell: string, separator: string) =>
  cell.includes(separator) || /["\r\n]/.test(cell) || cell !== cell.trim()
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
