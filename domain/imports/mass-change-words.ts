import { plural } from '../wording/plural.ts';
import type { FileColumn } from './columns.ts';
import { countedChanges } from './counted-changes.ts';
import type { ImportKind } from './imports.ts';
import type { MassChange, MassChangeLimit } from './mass-change-limit.ts';

/** The file that a confirmation is about. */
interface ChangingFile {
  kind: ImportKind;
  columns: readonly FileColumn[];
}

/** The sentences that ask for a confirmation. */
export const massChangeWords = (file: ChangingFile, change: MassChange, limit: MassChangeLimit): string =>
  [
    ...leavingWords(change),
    ...changesInWords(file, change),
    ...emptyColumnsInWords(file, change),
    limitWords(file, change, limit),
  ].join(' ');

function leavingWords({ starts, stops }: MassChange): string[] {
  const parts = [
    starts > 0 && `${counted('users', starts)} would get an end date`,
    stops > 0 && `${counted('users', stops)} would lose theirs`,
  ].filter((part) => part !== false);
  if (starts === 0 && stops > 0) return [`${counted('users', stops)} would lose their end date.`];
  return parts.length > 0 ? [`${parts.join(' and ')}.`] : [];
}

const changesInWords = ({ kind }: ChangingFile, { changes = {} }: MassChange): string[] =>
  countedChanges[kind].flatMap(({ name, words }) => {
    const count = changes[name] ?? 0;
    if (count === 0) return [];
    return [
      `${counted(kind, count)} ${kind === 'users' || count > 1 ? words : words.replace('their', 'its')}.`,
    ];
  });

const emptyColumnsInWords = ({ columns }: ChangingFile, { emptyFields = [] }: MassChange): string[] =>
  emptyFields.map((field) => {
    const header = columns.find((column) => column.field === field)?.header ?? field;
    return `The column "${header}" is empty on every line, but not in Lastday.`;
  });

function limitWords(
  { kind }: ChangingFile,
  { total, workforce }: MassChange,
  { count, percent }: MassChangeLimit,
) {
  const all = (total ?? workforce).toLocaleString('en');
  const limit = `${counted(kind, count)} or ${percent}% of ${all}, whichever is less`;
  return `That's over this workspace's limit for one file (${limit}).`;
}

const nouns: Record<ImportKind, [one: string, many: string]> = {
  users: ['person', 'people'],
  assets: ['asset', 'assets'],
  licenses: ['license', 'licenses'],
};

/** A number of people, assets or licenses, such as `1 person`. */
const counted = (kind: ImportKind, count: number): string => plural(count, ...nouns[kind]);
