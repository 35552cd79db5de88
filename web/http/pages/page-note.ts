import type { Response } from 'express';
import type { Alert } from './rendering.ts';

/** What stands in the fields of a form. */
export type FormValues = Record<string, string | number | null | undefined>;

/** What a page says beside its facts: a message, and errors beside the fields with what was typed. */
export interface PageNote {
  alert?: Alert | null;
  errors?: Readonly<Record<string, string>>;
  values?: FormValues;
  /** The fields that somebody else has changed meanwhile. */
  meanwhile?: readonly string[];
}

/** Why the form of a page was refused and what was typed into it; empty when the page was just opened. */
export const noteOf = (response: Response): PageNote => response.locals.note ?? {};
