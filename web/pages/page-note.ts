import type { Request } from 'express';
import { ChangedMeanwhile, InvalidInput, Refusal } from '../../domain/failures.ts';
import type { Alert } from './rendering.ts';

/** What stands in the fields of a form. */
export type FormValues = Record<string, string | number | null | undefined>;

/** What a page says beside its facts: a message, and errors beside the fields with what was typed. */
export interface PageNote {
  status?: number;
  alert?: Alert | null;
  errors?: Readonly<Record<string, string>>;
  values?: FormValues;
  /** The fields that somebody else has changed meanwhile. */
  meanwhile?: readonly string[];
}

/**
 * Runs what a form of a page asks for. What a rule forbids (409) and what is wrong with the input (422) are
 * shown by `show` on the page as it is now; nothing that was typed is lost.
 */
export async function orShowWhyNot(
  request: Request,
  work: () => Promise<void>,
  show: (note: PageNote) => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const values = request.body ?? {};
    if (error instanceof Refusal) {
      const meanwhile = error instanceof ChangedMeanwhile ? error.fields : [];
      return show({ status: 409, alert: { tone: 'danger', text: error.message }, values, meanwhile });
    }
    if (error instanceof InvalidInput) {
      const alert = { tone: 'danger', text: 'Nothing was changed: please check the marked fields.' } as const;
      return show({ status: 422, alert, errors: error.fields, values });
    }
    throw error;
  }
}
