import type { z } from 'zod';
import type { StagedRow } from '../../database/imports/staging.ts';
import { columnsOf, type FileColumn } from '../../domain/imports/columns.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { DateFormat } from '../../domain/parse-date.ts';
import { cleanText } from '../../domain/text.ts';
import { readersOf } from './cells.ts';
import { unescapeFormula } from './csv-writing.ts';
import type { CsvRecord } from './parse-csv.ts';

type Stated = StagedRow['stated'];

/** Makes a function that reads a record: its values by field, and the problems of its cells. */
export function rowReader(kind: ImportKind, columns: readonly FileColumn[], dateFormat: DateFormat) {
  const readers = readersOf(kind, dateFormat);
  const clears = new Set(
    columnsOf[kind].filter(({ whenEmpty }) => whenEmpty === 'clears').map(({ field }) => field),
  );

  return ({ line, cells }: CsvRecord): StagedRow => {
    const stated: Stated = {};
    const problems: Remark[] = problemsOfShape(cells, columns.length);
    columns.forEach(({ field }, index) => {
      if (field === null) return;
      const typed = cleanedCell(cells[index] ?? '');
      if (typed === '') {
        if (clears.has(field)) stated[field] = null;
      } else {
        const read = readers[field]!.safeParse(typed);
        if (read.success) stated[field] = read.data;
        else problems.push({ field, message: messageOf(read.error) });
      }
    });
    if (problems.length === 0) problems.push(...problemsOfKey(kind, stated));
    return { line, cells: cells.map(storable), stated, problems, ...keysOf(kind, stated) };
  };
}

/** A cell as it was meant: so a date counts although a character that no one sees is beside it. */
function cleanedCell(cell: string): string {
  const typed = unescapeFormula(cell);
  const cleaned = cleanText(typed, 'line');
  return 'text' in cleaned ? cleaned.text : typed;
}

/** A record with another number of cells than the header is refused, because its values may be in the wrong fields. */
function problemsOfShape(cells: readonly string[], expected: number): Remark[] {
  const isLonger = cells.slice(expected).some((cell) => cell.trim() !== '');
  if (cells.length >= expected && !isLonger) return [];
  const message = `This line has ${cells.length} cells and the header has ${expected}. Is a separator or a quotation mark missing?`;
  return [{ field: null, message }];
}

const messageOf = (error: z.ZodError) => error.issues[0]!.message;

function problemsOfKey(kind: ImportKind, stated: Stated): Remark[] {
  const isNamed = { users: ['externalId', 'email'], assets: ['tag'], licenses: ['license'] }[kind].some(
    (field) => stated[field] !== undefined,
  );
  if (isNamed) return [];
  const message = {
    users: 'This line names nobody: it has neither an external id nor an e-mail address.',
    assets: 'This line names no asset.',
    licenses: 'This line names no license.',
  }[kind];
  return [{ field: null, message }];
}

function keysOf(kind: ImportKind, stated: Stated): Pick<StagedRow, 'key' | 'otherKey'> {
  const lower = (field: string) => (stated[field] === undefined ? null : String(stated[field]).toLowerCase());
  if (kind === 'users')
    return { key: (stated.externalId as string | undefined) ?? null, otherKey: lower('email') };
  if (kind === 'assets') return { key: (stated.tag as string | undefined) ?? null, otherKey: null };
  return { key: lower('license'), otherKey: lower('user') };
}

/** Replaces zero bytes, because PostgreSQL's text cannot hold them. */
const storable = (cell: string) => cell.replaceAll('\0', '\ufffd');
