import type { z } from 'zod';
import type { FileColumn } from '../../domain/imports/columns.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import { textOfCell } from './cell-text.ts';

/** Columns that take any text. A date or an address there shows that a separator was lost before it. */
const freeTexts: ReadonlySet<string> = new Set(['name', 'firstName', 'lastName', 'department', 'jobTitle']);
const strictColumns: ReadonlySet<string> = new Set(['email', 'startDate', 'endDate']);

/**
 * Makes the check of a record's number of cells. A longer record is refused, because its values may be in the wrong
 * fields. A shorter one is accepted when every cell fits its column: a spreadsheet leaves out the separators of empty
 * last cells.
 */
export function shapeChecker(columns: readonly FileColumn[], readers: Record<string, z.ZodType>) {
  const strict = columns.flatMap(({ field }) =>
    field !== null && strictColumns.has(field) ? [readers[field]!] : [],
  );
  const isMoved = (cell: string, index: number) =>
    freeTexts.has(columns[index]!.field ?? '') &&
    strict.some((reader) => reader.safeParse(textOfCell(cell)).success);

  return (cells: readonly string[], everyCellFits: boolean): Remark[] => {
    const isLonger = cells.slice(columns.length).some((cell) => cell.trim() !== '');
    const isShorter = cells.length < columns.length;
    if (!isLonger && (!isShorter || (everyCellFits && !cells.some(isMoved)))) return [];
    const message = `This line has ${cells.length} cells and the header has ${columns.length}. Is a separator or a quotation mark missing?`;
    return [{ field: null, message }];
  };
}
