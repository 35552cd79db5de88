import { cleanText } from '../../domain/text.ts';
import { unescapeFormula } from './csv-writing.ts';

/** The trick of payroll programs that makes a spreadsheet keep leading zeros: `="00042"`. */
const protectedText = /^="((?:[^"]|"")*)"$/;

/** What a cell says: without the apostrophe of our own files, without the formula `="…"` around it, and cleaned. */
export function textOfCell(cell: string): string {
  const written = cleaned(unescapeFormula(cleaned(cell)));
  const inside = protectedText.exec(written)?.[1];
  return inside === undefined ? written : cleaned(inside.replaceAll('""', '"'));
}

/** A character that no one sees beside a date does not spoil the date. The field's reader refuses what stays as it is. */
function cleaned(text: string): string {
  const read = cleanText(text, 'line');
  return 'text' in read ? read.text : text;
}
