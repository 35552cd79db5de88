import { unescapeFormula } from './csv-writing.ts';

/** The trick of payroll programs that makes a spreadsheet keep leading zeros: `="00042"`. */
const protectedText = /^="((?:[^"]|"")*)"$/;

/** What a cell says: without the apostrophe of our own files, without the formula `="…"` around it, trimmed. */
export function textOfCell(cell: string): string {
  const written = unescapeFormula(cell.trim()).trim();
  const inside = protectedText.exec(written)?.[1];
  return inside === undefined ? written : inside.replaceAll('""', '"').trim();
}
