import { columnsOf, type FileColumn } from '../../../domain/imports/columns.ts';
import { type ChosenFields, type Header, readHeader } from '../../../domain/imports/header.ts';
import { type ImportKind, importLimits } from '../../../domain/imports/imports.ts';
import { oneOrMany } from '../../../domain/wording/plural.ts';
import { FileError } from '../file-error.ts';

/** How the columns of a file get their fields. */
export interface ColumnRules {
  /** Whether to leave out unknown columns instead of refusing the file. */
  leaveOutUnknown: boolean;
  /** The fields that the caller has chosen by header. */
  chosen?: ChosenFields;
}

/** The columns of a file. Throws FileError when its header refuses it. */
export function checkedColumns(
  kind: ImportKind,
  headers: readonly string[],
  { leaveOutUnknown, chosen }: ColumnRules,
): FileColumn[] {
  refuseStrangers(headers, chosen);
  const header = readHeader(kind, headers, chosen);
  const { columns, unknown, repeated, missing, otherHalf } = header;
  if (missing.length > 0) throw new FileError('missing-columns', missingWords(missing, headers));
  if (otherHalf !== null) throw new FileError('missing-columns', missingWords([otherHalf], headers));
  if (repeated.length > 0)
    throw new FileError('broken-file', `These columns map to the same field: ${listed(repeated)}. Keep one.`);
  if (unknown.length > 0 && !leaveOutUnknown) throw unknownColumns(kind, unknown);
  return columns;
}

/** Whether a person can mend the header by saying what its columns are. */
export const isMappable = (kind: ImportKind, headers: readonly string[], rules: ColumnRules): boolean => {
  const { unknown, repeated, missing }: Header = readHeader(kind, headers);
  return repeated.length > 0 || (unknown.length > 0 && (!rules.leaveOutUnknown || missing.length > 0));
};

/** Leaves out last columns without a name beyond the limit. Throws FileError when there are more with one. */
export function withoutExcess(headers: readonly string[]): string[] {
  const named = headers.findLastIndex((header) => header !== '') + 1;
  if (named <= importLimits.columns) return headers.slice(0, importLimits.columns);
  throw new FileError(
    'broken-file',
    `The file has ${named} columns; the limit is ${importLimits.columns}. Remove some and try again.`,
  );
}

/** Refuses headers that the caller has chosen a field for and the file does not have. */
function refuseStrangers(headers: readonly string[], chosen: ChosenFields = new Map()) {
  const strangers = [...chosen.keys()].filter((header) => !headers.includes(header));
  if (strangers.length === 0) return;
  throw new FileError(
    'unknown-columns',
    `“columns” names ${listed(strangers)}, which the file doesn't have. Its header is: ${listed(headers)}.`,
  );
}

const missingWords = (missing: readonly string[], headers: readonly string[]) =>
  `${missing.length === 1 ? `The column ${missing[0]} is missing` : `The file needs one of the columns ${listed(missing)}`}. Its header is: ${listed(headers)}.`;

export const unknownColumns = (kind: ImportKind, unknown: readonly string[]) =>
  new FileError(
    'unknown-columns',
    `Unknown ${oneOrMany(unknown.length, 'column', 'columns')}: ${listed(unknown)}. Known columns: ${listed(columnsOf[kind].map(({ field }) => field))}.`,
  );

const maxListed = 12;

const listed = (names: readonly string[]) =>
  names
    .slice(0, maxListed)
    .map((name) => (name === '' ? '(no name)' : name.slice(0, 60)))
    .join(', ') + (names.length > maxListed ? ', …' : '');
