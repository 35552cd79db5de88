import type { Request } from 'express';
import { z } from 'zod';
import { largestId } from '../../http/forms/request.ts';
import { type InputProblem, invalid } from './problems.ts';

const nothing = z.strictObject({});

/** Reads the query string with a schema. Throws a 422 that names each parameter that is bad, repeated or unknown. */
export function readQuery<Query extends z.ZodObject>(request: Request, schema: Query | undefined) {
  const result = (schema ?? nothing).safeParse(request.query);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap(problemsOf));
}

const problemsOf = (issue: z.core.$ZodIssue): InputProblem[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((parameter) => ({ parameter, detail: 'Unknown parameter.' }))
    : [{ parameter: String(issue.path[0]), detail: issue.message }];

/** A query parameter that may be given once; `expectation` begins its error message. */
export const parameter = (expectation: string) =>
  z.string({ error: `${expectation}. Send the parameter once.` }).min(1, { error: `${expectation}.` });

/** A query parameter with an id, given once. */
export const idParameter = (expectation: string) =>
  parameter(expectation)
    .regex(/^[1-9]\d{0,9}$/, { error: `${expectation}.` })
    .transform(Number)
    .refine((id) => id <= largestId, { error: `${expectation}.` })
    .meta({ override: asInteger({ maximum: largestId }) });

/** The description of a text that is read as a whole number from 1. */
export const asInteger = (more: { maximum: number; default?: number }) => ({
  type: 'integer' as const,
  minimum: 1,
  ...more,
  pattern: undefined,
  minLength: undefined,
});
