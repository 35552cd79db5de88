import { InvalidInput, Refusal } from '../../domain/failures.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import { toRefusal } from '../core/constraints.ts';
import { isDataRefused } from '../core/postgres-errors.ts';
import { AlreadyDone } from './lines.ts';

/**
 * The problems of a line whose execution threw `error`; null when another attempt has executed the line. Passes a bug
 * to `onDefect`. Throws errors again that do not concern the line.
 */
export function lineErrors(error: unknown, onDefect: (error: unknown) => void): Remark[] | null {
  if (error instanceof AlreadyDone) return null;
  const known = toRefusal(error);
  if (known instanceof InvalidInput) {
    return Object.entries(known.fields).map(([field, message]) => ({
      field: columnOf[field] ?? field,
      message,
    }));
  }
  if (known instanceof Refusal) return [{ field: null, message: known.message }];
  if (!isDefect(error)) throw error;
  onDefect(error);
  return [
    {
      field: null,
      message: 'Something went wrong with this line on our side, and it has been logged. Try again.',
    },
  ];
}

/** The column of a field, where the names differ. */
const columnOf: Record<string, string> = { managerId: 'manager' };

/** A bug, or data that the schema rejects: a retry would fail again. */
const isDefect = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || isDataRefused(error);
