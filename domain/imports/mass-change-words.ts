import { plural } from '../wording/plural.ts';
import type { FileColumn } from './columns.ts';
import { countedChanges } from './counted-changes.ts';
import type { ImportKind } from './imports.ts';
import type { FirstVendor, MassChange, MassChangeLimit } from './mass-change-limit.ts';

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
    file.kind === 'licenses' ? firstVendorWords : limitWords(file, change, limit),
  ].join(' ');

function leavingWords({ starts, stops }: MassChange): string[] {
  const parts = [
    starts > 0 && `${counted('users', starts)} would get an end date`,
    stops > 0 && `${counted('users', stops)} would have theirs removed`,
  ].filter((part) => part !== false);
  if (starts === 0 && stops > 0) return [`${counted('users', stops)} would have their end date removed.`];
  return parts.length > 0 ? [`${parts.join(' and ')}.`] : [];
}

const changesInWords = ({ kind }: ChangingFile, { changes = {}, firstVendors }: MassChange): string[] =>
  countedChanges[kind].flatMap(({ name, words }) => {
    const count = changes[name] ?? 0;
    if (count === 0) return [];
    const subjects = counted(kind, count);
    if (kind === 'licenses') return [ended(`${subjects} ${words}${vendorsInWords(count, firstVendors)}`)];
    return [`${subjects} ${kind === 'users' || count > 1 ? words : words.replace('their', 'its')}.`];
  });

/** The licenses with their vendors, such as `: Figma → Figma Inc. and 3 more`. */
function vendorsInWords(count: number, firstVendors: readonly FirstVendor[] = []): string {
  if (firstVendors.length === 0) return '';
  const names = firstVendors.map(({ license, vendor }) => `${license} → ${vendor}`);
  const rest = count - names.length;
  return `: ${names.join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`;
}

/** A sentence with one full stop. A vendor such as `Figma Inc.` brings its own. */
const ended = (sentence: string) => (sentence.endsWith('.') ? sentence : `${sentence}.`);

const firstVendorWords = 'Adding a vendor to a license always needs confirmation.';

const emptyColumnsInWords = ({ columns }: ChangingFile, { emptyFields = [] }: MassChange): string[] =>
  emptyFields.map((field) => {
    const header = columns.find((column) => column.field === field)?.header ?? field;
    return `The column “${header}” is empty on every line, but Lastday has values for it.`;
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
