import type { Request } from 'express';
import { z } from 'zod';
import { invalid, type PartProblem } from './problems.ts';

const nothing = z.strictObject({});

/** The parameters behind the question mark by their schema. One that is bad, repeated or unknown is a 422 that names it. */
export function readQuery<Query extends z.ZodObject>(request: Request, schema: Query | undefined) {
  const result = (schema ?? nothing).safeParse(request.query);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap(problemsOf));
}

const problemsOf = (issue: z.core.$ZodIssue): PartProblem[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((parameter) => ({ parameter, detail: 'There is no such parameter.' }))
    : [{ parameter: String(issue.path[0]), detail: issue.message }];

/** One text in the query; `what` says what is expected of it. */
export const parameter = (what: string) =>
  z.string({ error: `${what}, once.` }).min(1, { error: `${what}.` });
