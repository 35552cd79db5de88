import { type Column, columnsOf, type FileColumn, keyColumnsOf } from './columns.ts';
import { hrTitles } from './hr-titles.ts';
import { type ImportKind, importKinds } from './imports.ts';

/** The fields that a caller has chosen, by header; null for a column that is ignored. */
export type ChosenFields = ReadonlyMap<string, string | null>;

/** A parsed header: its columns and its problems. */
export interface Header extends FieldProblems {
  columns: FileColumn[];
  /** The headers that no field is known for. */
  unknown: string[];
  /** The headers that share a field. */
  repeated: string[];
}

/**
 * Maps the headers of a file to fields, except those that the caller has chosen. Last columns without a name are
 * ignored and not unknown.
 */
export function readHeader(
  kind: ImportKind,
  headers: readonly string[],
  chosen: ChosenFields = new Map(),
): Header {
  const fields = fieldsOf(kind, headers, chosen);
  const problems = problemsOfFields(kind, fields);
  const lastNamed = headers.findLastIndex((header) => header !== '');
  const isUnknown = (header: string, index: number) =>
    fields[index] === null && index <= lastNamed && !chosen.has(header) && !ourOwn.has(plain(header));
  return {
    ...problems,
    columns: headers.map((header, index) => ({ header, field: fields[index]! })),
    unknown: headers.filter(isUnknown),
    repeated: headers.filter((_, index) => problems.doubled.includes(fields[index]!)),
  };
}

/** What is wrong with the fields of a file's columns. */
export interface FieldProblems {
  /** The fields that several columns have. */
  doubled: string[];
  /** The key columns, when the file has none of them. */
  missing: readonly string[];
  /** The half of a name that is missing beside the other. */
  otherHalf: string | null;
}

export function problemsOfFields(kind: ImportKind, fields: readonly (string | null)[]): FieldProblems {
  const has = (field: string) => fields.includes(field);
  return {
    doubled: [...new Set(fields.filter((field) => field !== null))].filter(
      (field) => fields.indexOf(field) !== fields.lastIndexOf(field),
    ),
    missing: keyColumnsOf[kind].some(has) ? [] : keyColumnsOf[kind],
    otherHalf: halves.find((half, index) => !has(half) && has(halves[1 - index]!)) ?? null,
  };
}

export const hasProblems = ({ doubled, missing, otherHalf }: FieldProblems): boolean =>
  doubled.length > 0 || missing.length > 0 || otherHalf !== null;

const halves = ['firstName', 'lastName'];

/** The columns that our list of errors adds; ignored when a user uploads the corrected list. */
const ourOwn = new Set(['line', 'problems']);

/**
 * A title of HR exports counts only where no column has one of our own names, so that a file with `email` and
 * `Work email` has one address. Half a name counts only beside its other half.
 */
function fieldsOf(
  kind: ImportKind,
  headers: readonly string[],
  chosen: ChosenFields,
): readonly (string | null)[] {
  const own = headers.map((header) => (chosen.has(header) ? chosen.get(header)! : byOwnName(kind, header)));
  const all = headers.map((header, index) => {
    const title = own[index] === null && !chosen.has(header) ? byHrTitle(kind, header) : null;
    return title === null || own.includes(title) ? own[index]! : title;
  });
  const { otherHalf } = problemsOfFields(kind, all);
  const isLonely = (field: string | null, header: string) =>
    otherHalf !== null && field !== null && halves.includes(field) && !chosen.has(header);
  return all.map((field, index) => (isLonely(field, headers[index]!) ? null : field));
}

/** Makes a function that finds the field with a title. */
function fieldFinder(titlesOf: (kind: ImportKind, column: Column) => readonly string[]) {
  const found = new Map(
    importKinds.flatMap((kind) =>
      columnsOf[kind].flatMap((column) =>
        titlesOf(kind, column).map((title) => [`${kind} ${plain(title)}`, column.field] as const),
      ),
    ),
  );
  return (kind: ImportKind, header: string): string | null => found.get(`${kind} ${plain(header)}`) ?? null;
}

/** A header without what may differ: case, blanks and punctuation. */
const plain = (header: string) => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

const byOwnName = fieldFinder((_kind, { field, aliases }) => [field, ...aliases]);
const byHrTitle = fieldFinder((kind, { field }) => (kind === 'users' ? (hrTitles[field] ?? []) : []));

/** The number of known headers, which tells the separator of a file. */
export const knownColumns = (kind: ImportKind, headers: readonly string[]): number =>
  headers.filter((header) => (byOwnName(kind, header) ?? byHrTitle(kind, header)) !== null).length;
