import type { FileColumn } from '../../domain/imports/columns.ts';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import type { DateSettings } from '../../domain/parse-date.ts';
import { checkedColumns, unknownColumns } from './checked-columns.ts';
import { dateOrderCheck } from './date-order-check.ts';
import { FileError } from './file-error.ts';
import { type CsvRecord, openCsv } from './parse-csv.ts';

/** A file whose lines may be stored. */
export interface CheckedFile {
  separator: string;
  columns: FileColumn[];
  rowCount: number;
}

/** Reads a file to its end and stores nothing. Throws FileError for everything that refuses a file as a whole. */
export async function checkFile(
  kind: ImportKind,
  bytes: AsyncIterable<Uint8Array>,
  { leaveOutUnknown, settings }: { leaveOutUnknown: boolean; settings: DateSettings },
): Promise<CheckedFile> {
  const { separator, headers, records } = await openCsv(kind, bytes);
  const columns = checkedColumns(kind, headers, leaveOutUnknown);
  const named = columns.findLastIndex(({ header }) => header !== '') + 1;
  const refuseMixedDates = dateOrderCheck(columns, settings);
  let rowCount = 0;
  for await (const record of records) {
    if (++rowCount > importLimits.rows) throw tooManyRows();
    if (!leaveOutUnknown && hasContentFrom(named, record, columns)) throw unknownColumns(kind, ['']);
    refuseMixedDates(record);
  }
  if (rowCount === 0) throw new FileError('empty-file', 'There is nothing below the header of this file.');
  return { separator, columns, rowCount };
}

/** Whether a last column without a name holds something. Spreadsheets leave such columns behind, empty. */
const hasContentFrom = (named: number, { cells }: CsvRecord, columns: readonly FileColumn[]): boolean =>
  named < columns.length && cells.slice(named, columns.length).some((cell) => cell.trim() !== '');

const tooManyRows = () =>
  new FileError(
    'too-large',
    `The file has more than ${importLimits.rows.toLocaleString('en')} lines. Split it, and import the parts one after another.`,
  );
