import { cleanEmail, emailPattern } from '../../domain/email.ts';
import type { FileColumn } from '../../domain/imports/columns.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import { dateFields } from '../../domain/parse-date.ts';
import { textOfCell } from './cell-text.ts';

/** Columns that take any text. A date or an address in one shows that a separator was lost before it. */
const freeTexts: ReadonlySet<string> = new Set(['name', 'firstName', 'lastName', 'department', 'jobTitle']);
const date = /\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}/;
const address = /\S@\S+\.\S/;

/** Another line may state an address that an older version stored; a short line has to be beyond doubt. */
function isNoAddress(cell: string): boolean {
  const read = cleanEmail(textOfCell(cell));
  return !('text' in read) || (read.text !== '' && !emailPattern.test(read.text));
}

/**
 * Makes the check of a record's number of cells. A longer record is refused, because its values may be in the wrong
 * fields. A shorter one is accepted when every cell fits its column: a spreadsheet leaves out the separators of empty
 * last cells.
 */
export function shapeChecker(columns: readonly FileColumn[]) {
  const fields = columns.map(({ field }) => field ?? '');
  const misplaced = [
    ...(fields.some((field) => dateFields.has(field)) ? [date] : []),
    ...(fields.includes('email') ? [address] : []),
  ];
  const isMoved = (cell: string, index: number) =>
    fields[index] === 'email'
      ? isNoAddress(cell)
      : freeTexts.has(fields[index]!) && misplaced.some((pattern) => pattern.test(textOfCell(cell)));

  return (cells: readonly string[], everyCellFits: boolean): Remark[] => {
    const isLonger = cells.slice(columns.length).some((cell) => cell.trim() !== '');
    const isShorter = cells.length < columns.length;
    if (!isLonger && (!isShorter || (everyCellFits && !cells.some(isMoved)))) return [];
    const message = `This line has ${cells.length} cells, but the header has ${columns.length}. Is a separator or a quotation mark missing?`;
    return [{ field: null, message }];
  };
}
