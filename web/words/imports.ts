import type { FileColumn } from '../../domain/imports/columns.ts';
import type { ImportKind, ImportState } from '../../domain/imports/imports.ts';
import type { Remark } from '../../domain/imports/judgement.ts';

/** What a kind of import is called. */
export const kindWords: Record<ImportKind, string> = {
  users: 'People',
  assets: 'Assets',
  licenses: 'Licenses',
};

/** Where an import stands, in words. */
export const stateWords: Record<ImportState, string> = {
  staging: 'Being read',
  ready: 'Waits to be started',
  starting: 'Starting',
  running: 'Running',
  cancelling: 'Being cancelled',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Stopped, needs attention',
};

/** The column of a file that a field was read from, as its header says; null for a remark about the whole line. */
export const headerOf = (field: string | null, columns: readonly FileColumn[]): string | null =>
  field === null ? null : (columns.find((column) => column.field === field)?.header ?? field);

/** A remark with its column in front. */
export function remarkWords({ field, message }: Remark, columns: readonly FileColumn[]): string {
  const header = headerOf(field, columns);
  return header === null ? message : `${header}: ${message}`;
}

/** How many lines: `1 line`, `100,000 lines`. */
export const linesInWords = (count: number): string =>
  count === 1 ? '1 line' : `${count.toLocaleString('en')} lines`;
