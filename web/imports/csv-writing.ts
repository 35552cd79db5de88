/**
 * Cells as a line of CSV that spreadsheets may open: what they would take for a formula gets an apostrophe, which
 * an import takes away again.
 */
export const csvLine = (cells: readonly string[], separator: string): string =>
  `${cells.map((cell) => quoted(harmless(cell), separator)).join(separator)}\r\n`;

const harmless = (cell: string) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

const quoted = (cell: string, separator: string) =>
  cell.includes(separator) || /["\r\n]/.test(cell) || cell !== cell.trim()
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
