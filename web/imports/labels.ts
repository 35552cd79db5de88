import type { Preview, Results } from '../../database/entities/import.ts';
import type { ShownLines } from '../../database/imports/report.ts';
import type { FileColumn } from '../../domain/imports/columns.ts';
import type { LeavingEffect, Remark } from '../../domain/imports/evaluation.ts';
import type { ImportKind, ImportState } from '../../domain/imports/imports.ts';
import { plural } from '../../domain/wording/plural.ts';

/** The names of the kinds of import. */
export const kindWords: Record<ImportKind, string> = {
  users: 'People',
  assets: 'Assets',
  licenses: 'Licenses',
};

/** The names of an import's states. */
export const stateWords: Record<ImportState, string> = {
  staging: 'Reading',
  mapping: 'Choose columns',
  ready: 'Ready to import',
  starting: 'Starting',
  running: 'Running',
  cancelling: 'Cancelling',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Stopped',
};

/** The header of the column that a field was read from; null for a remark about the whole line. */
export const headerOf = (field: string | null, columns: readonly FileColumn[]): string | null =>
  field === null ? null : (columns.find((column) => column.field === field)?.header ?? field);

/** A remark with its column in front. */
export function remarkWords({ field, message }: Remark, columns: readonly FileColumn[]): string {
  const header = headerOf(field, columns);
  return header === null ? message : `${header}: ${message}`;
}

/** The name of a field: `External ID` for `externalId`. */
export function fieldLabel(field: string): string {
  const words = field
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .replace(/\bid\b/, 'ID');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A number of lines in words: `1 line`, `100,000 lines`. */
export const linesInWords = (count: number): string => plural(count, 'line');

const tones: Partial<Record<ImportState, string>> = {
  done: 'tag-done',
  failed: 'tag-danger',
  cancelled: '',
  mapping: 'tag-warning',
  ready: 'tag-warning',
};

/** The CSS class for the colour of an import's state. */
export const importTone = (state: ImportState): string => tones[state] ?? 'tag-new';

const icons: Partial<Record<ImportState, string>> = { done: 'circle-check', failed: 'alert-circle' };

/** The Tabler icon of an import that has ended. */
export const importIcon = (state: ImportState): string => icons[state] ?? 'circle-x';

const addresses: Record<ImportKind, string> = { users: '/users', assets: '/assets', licenses: '/licenses' };

/** The address of the person, asset or license of a line. */
export const subjectAddress = (kind: ImportKind, id: number): string => `${addresses[kind]}/${id}`;

/** The names of the lists of lines, before and after the import has started. */
export const lineListLabels = (hasStarted: boolean): Record<ShownLines, string> => ({
  errors: 'Errors',
  warnings: 'Warnings',
  leaving: 'End dates',
  created: hasStarted ? 'Added' : 'New',
  changed: 'Changed',
});

const detailHeadings: Partial<Record<ShownLines, string>> = {
  errors: 'Column and error',
  warnings: 'Column and warning',
  leaving: 'End date',
};

/** The heading of the last column in a list of lines. */
export const lineDetailHeading = (shown: ShownLines): string => detailHeadings[shown] ?? 'Change';

/** The effect of a line on an offboarding, before or after the import has started. */
export const leavingWords = (effect: LeavingEffect, hasStarted: boolean): string =>
  ({
    starts: hasStarted ? 'Started offboarding' : 'Would start offboarding',
    moves: 'End date moved',
    stops: 'End date removed',
  })[effect];

/** A count with its label; the tone colours counts above zero. */
type Figure = [label: string, count: number, tone?: 'bad' | 'warn' | false];

/** The counts of a preview. Those of a mass change are coloured. */
export function previewFigures(kind: ImportKind, preview: Preview, isMassChange: boolean): Figure[] {
  const tone = isMassChange && 'warn';
  const leaving: Figure[] = [
    ['Would start offboarding', preview.starts, tone],
    ['End date moved', preview.moves],
    ['End date removed', preview.stops, tone],
  ];
  return [
    ['New', preview.create],
    ['Changed', preview.change],
    ['Unchanged', preview.same],
    ['Errors', preview.error, 'bad'],
    ['Warnings', preview.warned, 'warn'],
    ...(kind === 'users' ? leaving : []),
  ];
}

/** The counts of the lines that an import has processed so far. */
export const resultFigures = ({ created, changed, unchanged, failed }: Results, warned: number): Figure[] => [
  ['Added', created],
  ['Changed', changed],
  ['Unchanged', unchanged],
  ['Errors', failed, 'bad'],
  ['Warnings', warned, 'warn'],
];
