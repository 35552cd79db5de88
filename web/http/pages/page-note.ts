import type { Response } from 'express';
import type { Alert } from './rendering.ts';

/** The values of a form's fields. */
export type FormValues = Record<string, string | number | null | undefined>;

/** A message for the page, and the errors and typed values of its form. */
export interface PageNote {
  alert?: Alert | null;
  errors?: Readonly<Record<string, string>>;
  values?: FormValues;
  /** The fields that were changed by another user since the form was loaded. */
  meanwhile?: readonly string[];
}

/** The note that `showFormAgain` left for the page; empty when the page was just opened. */
export const noteOf = (response: Response): PageNote => response.locals.note ?? {};
