import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import type { DateSettings } from '../../domain/parse-date.ts';
import { withoutExcess } from './columns/checked.ts';
import type { ChosenColumns } from './columns/choose.ts';
import { dateOrderCheck } from './date-order-check.ts';
import { FileError } from './file-error.ts';
import { openCsv } from './parse-csv.ts';

/** A file whose lines may be stored. */
export interface CheckedFile {
  separator: string;
  headers: string[];
  chosen: ChosenColumns;
  rowCount: number;
  /** Whether a last column without a name holds something. Spreadsheets leave such columns behind, empty. */
  hasContentWithoutName: boolean;
}

/**
 * Reads a file to its end and stores nothing. `choose` says what its columns are. Throws FileError for everything that
 * refuses a file as a whole.
 */
export async function checkFile(
  kind: ImportKind,
  bytes: AsyncIterable<Uint8Array>,
  settings: DateSettings,
  choose: (headers: string[]) => Promise<ChosenColumns>,
): Promise<CheckedFile> {
  const csv = await openCsv(kind, bytes);
  const headers = withoutExcess(csv.headers);
  const chosen = await choose(headers);
  const named = headers.findLastIndex((header) => header !== '') + 1;
  const refuseMixedDates = dateOrderCheck(chosen.columns ?? [], settings);
  let rowCount = 0;
  let hasContentWithoutName = false;
  for await (const record of csv.records) {
    if (++rowCount > importLimits.rows) throw tooManyRows();
    hasContentWithoutName ||= record.cells.slice(named, headers.length).some((cell) => cell.trim() !== '');
    refuseMixedDates(record);
  }
  if (rowCount === 0) throw new FileError('empty-file', 'The file has a header but no lines.');
  return { separator: csv.separator, headers, chosen, rowCount, hasContentWithoutName };
}

const tooManyRows = () =>
  new FileError(
    'too-large',
    `The file has more than ${importLimits.rows.toLocaleString('en')} lines. Split it and import the parts one by one.`,
  );
