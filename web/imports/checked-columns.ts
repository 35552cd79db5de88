import { columnsOf, type FileColumn, readHeader } from '../../domain/imports/columns.ts';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import { FileError } from './file-error.ts';

/** The columns of a file. Throws FileError when its header refuses it. */
export function checkedColumns(
  kind: ImportKind,
  headers: readonly string[],
  leaveOutUnknown: boolean,
): FileColumn[] {
  const { columns, unknown, repeated, missing } = readHeader(kind, withoutExcess(headers));
  if (missing.length > 0) throw new FileError('missing-columns', missingWords(missing, headers));
  if (repeated.length > 0)
    throw new FileError('broken-file', `These columns say the same thing: ${listed(repeated)}.`);
  if (unknown.length > 0 && !leaveOutUnknown) throw unknownColumns(kind, unknown);
  return columns;
}

/** Leaves out last columns without a name beyond the limit. Throws FileError when there are more with one. */
function withoutExcess(headers: readonly string[]): readonly string[] {
  const named = headers.findLastIndex((header) => header !== '') + 1;
  if (named <= importLimits.columns) return headers.slice(0, importLimits.columns);
  throw new FileError(
    'broken-file',
    `The file has ${named} columns; at most ${importLimits.columns} are read.`,
  );
}

const missingWords = (missing: readonly string[], headers: readonly string[]) =>
  `${missing.length === 1 ? `The column ${missing[0]} is missing` : `One of the columns ${listed(missing)} is needed`}. The first line of the file says: ${listed(headers)}.`;

export const unknownColumns = (kind: ImportKind, unknown: readonly string[]) =>
  new FileError(
    'unknown-columns',
    `Lastday does not know ${unknown.length === 1 ? 'this column' : 'these columns'}: ${listed(unknown)}. It knows ${listed(columnsOf[kind].map(({ field }) => field))}.`,
  );

const maxListed = 12;

const listed = (names: readonly string[]) =>
  names
    .slice(0, maxListed)
    .map((name) => (name === '' ? '(a column without a name)' : name.slice(0, 60)))
    .join(', ') + (names.length > maxListed ? ', …' : '');
