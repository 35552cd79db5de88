import { InvalidInput } from '../../../domain/failures.ts';
import { columnsOf, type FileColumn } from '../../../domain/imports/columns.ts';
import { problemsOfFields, readHeader } from '../../../domain/imports/header.ts';
import type { ImportKind } from '../../../domain/imports/imports.ts';
import { suggestedFields } from '../../../domain/imports/suggested-field.ts';
import type { FormValues } from '../../http/pages/page-note.ts';
import { textOfCell } from '../cell-text.ts';
import { fieldLabel } from '../labels.ts';

/** The value of a form field for a column that is ignored. */
const ignored = 'ignore';

/** A column of the form: its header, the first values in it, and the form field that says what it is. */
export interface AskedColumn {
  header: string;
  samples: string[];
  name: string;
  value: string;
}

/** The columns of the form. What was typed takes precedence over the suggestions. */
export function askedColumns(
  kind: ImportKind,
  headers: readonly string[],
  cells: readonly string[][],
  typed: FormValues,
): AskedColumn[] {
  const { columns } = readHeader(kind, headers);
  const undecided = columns.map(({ header, field }, index) => ({
    header,
    known: field,
    samples: samplesOf(cells, index),
  }));
  const suggested = suggestedFields(kind, undecided);
  return undecided.map(({ header, samples }, index) => {
    const name = nameOf(index);
    return { header, samples, name, value: String(typed[name] ?? suggested[index]) };
  });
}

const nameOf = (index: number) => `column${index + 1}`;

/** The first three different values of a column. */
const samplesOf = (cells: readonly string[][], index: number): string[] =>
  [...new Set(cells.map((row) => textOfCell(row[index] ?? '')).filter((text) => text !== ''))].slice(0, 3);

/** The choices for a column. */
export const fieldOptions = (kind: ImportKind): [string, string][] => [
  [ignored, 'Ignore this column'],
  ...columnsOf[kind].map(({ field }): [string, string] => [field, fieldLabel(field)]),
];

/** Reads the form. Throws InvalidInput with a message for each column that is not decided or decided twice. */
export function readMapping(kind: ImportKind, headers: readonly string[], body: FormValues): FileColumn[] {
  const known = new Set([ignored, ...columnsOf[kind].map(({ field }) => field)]);
  const errors: Record<string, string> = {};
  const columns = headers.map((header, index): FileColumn => {
    const chosen = String(body[nameOf(index)] ?? '');
    if (!known.has(chosen)) errors[nameOf(index)] = 'Choose a field or ignore this column.';
    return { header, field: chosen === ignored ? null : chosen };
  });
  const { doubled, missing, otherHalf } = problemsOfFields(
    kind,
    columns.map(({ field }) => field),
  );
  for (const [index, { field }] of columns.entries()) {
    if (field !== null && doubled.includes(field))
      errors[nameOf(index)] ??=
        `Several columns map to ${fieldLabel(field)}. Keep one and ignore the others.`;
  }
  if (otherHalf !== null) errors.file = `Choose a column for ${fieldLabel(otherHalf)} too.`;
  if (missing.length > 0) errors.file = `Choose a column for ${missing.map(fieldLabel).join(' or ')}.`;
  if (Object.keys(errors).length > 0) throw new InvalidInput(errors);
  return columns;
}
