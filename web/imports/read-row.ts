import type { z } from 'zod';
import type { StagedRow } from '../../database/imports/staging.ts';
import { columnsOf, type FileColumn } from '../../domain/imports/columns.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import { spoiltIdentifier } from '../../domain/imports/identifiers.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import { type DateSettings, dateFields, noDateTest } from '../../domain/parse-date.ts';
import { textOfCell } from './cell-text.ts';
import { readersOf } from './cells.ts';
import type { CsvRecord } from './parse-csv.ts';
import { shapeChecker } from './row-shape.ts';
import { joinName } from './whole-name.ts';

type Stated = StagedRow['stated'];

/** Makes a function that reads a record: its values by field, and the problems of its cells. */
export function rowReader(kind: ImportKind, columns: readonly FileColumn[], settings: DateSettings) {
  const readers = readersOf(kind, settings.dateFormat);
  const meansNoDate = noDateTest(settings.noDates);
  const clears = new Set(
    columnsOf[kind].filter(({ whenEmpty }) => whenEmpty === 'clears').map(({ field }) => field),
  );
  const shape = shapeChecker(columns);

  return ({ line, cells }: CsvRecord): StagedRow => {
    const stated: Stated = {};
    const problems: Remark[] = [];
    columns.slice(0, cells.length).forEach(({ field }, index) => {
      if (field === null) return;
      const typed = textOfCell(cells[index]!);
      if (typed === '' || (dateFields.has(field) && meansNoDate(typed))) {
        if (clears.has(field)) stated[field] = null;
        return;
      }
      const spoilt = spoiltIdentifier(field, typed);
      const read = readers[field]!.safeParse(typed);
      if (spoilt !== null) problems.push({ field, message: spoilt });
      else if (read.success) stated[field] = read.data;
      else problems.push({ field, message: messageOf(read.error) });
    });
    problems.push(...joinName(stated, readers.name!));
    problems.unshift(...shape(cells, problems.length === 0));
    if (problems.length === 0) problems.push(...problemsOfKey(kind, stated));
    return { line, cells, stated, problems, ...keysOf(kind, stated) };
  };
}

const messageOf = (error: z.ZodError) => error.issues[0]!.message;

function problemsOfKey(kind: ImportKind, stated: Stated): Remark[] {
  const isNamed = { users: ['externalId', 'email'], assets: ['tag'], licenses: ['license'] }[kind].some(
    (field) => stated[field] !== undefined,
  );
  if (isNamed) return [];
  const message = {
    users: 'This line has no external ID and no email.',
    assets: 'This line has no asset tag.',
    licenses: 'This line has no license name.',
  }[kind];
  return [{ field: null, message }];
}

function keysOf(kind: ImportKind, stated: Stated): Pick<StagedRow, 'key' | 'otherKey'> {
  const typed = (field: string) => (stated[field] == null ? null : String(stated[field]));
  if (kind === 'users') return { key: typed('externalId'), otherKey: typed('email') };
  if (kind === 'assets') return { key: typed('tag'), otherKey: typed('serial') };
  return { key: typed('license'), otherKey: typed('user') };
}
