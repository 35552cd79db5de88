import type { EntityManager } from '../../../database/core/orm.ts';
import { savedFields } from '../../../database/imports/mappings/saved-columns.ts';
import type { FileColumn } from '../../../domain/imports/columns.ts';
import { hasProblems, problemsOfFields } from '../../../domain/imports/header.ts';
import type { ImportKind } from '../../../domain/imports/imports.ts';
import { type ColumnRules, checkedColumns, isMappable, unknownColumns } from './checked.ts';

/** What decides the columns of a file. */
export interface ColumnChoice extends ColumnRules {
  kind: ImportKind;
  /** Whether a person can be asked what the columns are; without it unknown columns refuse the file. */
  canAsk?: boolean;
}

/** The columns of a file, or null when a person has to say what they are. */
export interface ChosenColumns {
  columns: FileColumn[] | null;
  /** Whether an earlier mapping of this header decided them. */
  isSaved: boolean;
}

/** The columns by an earlier mapping, by name or by the caller's choice. Throws FileError when the header is refused. */
export async function chooseColumns(
  em: EntityManager,
  choice: ColumnChoice,
  headers: readonly string[],
): Promise<ChosenColumns> {
  const { kind, canAsk } = choice;
  if (canAsk) {
    const fields = await savedFields(em, kind, headers);
    if (fields !== null && !hasProblems(problemsOfFields(kind, fields)))
      return { columns: columnsWith(headers, fields), isSaved: true };
    if (isMappable(kind, headers, choice)) return { columns: null, isSaved: false };
  }
  return { columns: checkedColumns(kind, headers, choice), isSaved: false };
}

/** The columns when the last one has no name and holds something. Throws FileError, unless a person can be asked. */
export function withContentWithoutName(choice: ColumnChoice, chosen: ChosenColumns): FileColumn[] | null {
  if (choice.leaveOutUnknown || chosen.isSaved || chosen.columns === null) return chosen.columns;
  if (choice.canAsk) return null;
  throw unknownColumns(choice.kind, ['']);
}

export const columnsWith = (headers: readonly string[], fields: readonly (string | null)[]): FileColumn[] =>
  headers.map((header, index) => ({ header, field: fields[index] ?? null }));
