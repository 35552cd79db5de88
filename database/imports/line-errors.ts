import { InvalidInput, Refusal } from '../../domain/failures.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import { toRefusal } from '../core/constraints.ts';
import { isDataRefused } from '../core/postgres-errors.ts';
import { AlreadyDone } from './lines.ts';

/**
 * What an error means for the line it happened to: what a rule says, or that it is our fault, which `onDefect`
 * hears of. Null when another try has done the line. What has nothing to do with the line is thrown on.
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
      message: 'This line could not be carried out. It is our fault, and has been written down.',
    },
  ];
}

/** What verbs call a field, where a file calls it otherwise. */
const columnOf: Record<string, string> = { managerId: 'manager' };

/** A bug, or data that the schema refuses: trying again will not help. */
const isDefect = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || isDataRefused(error);
