import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { unsupportedBody } from './errors.ts';
import { ApiProblem, invalid, notUnderstood, pointerTo } from './problems.ts';
import { repeatedName } from './repeated-name.ts';

/** A parser of JSON in UTF-8 that means one thing. It does not look at the content type. */
export const jsonParser = (limit: string): RequestHandler =>
  express.json({
    limit,
    inflate: false,
    strict: false,
    type: () => true,
    verify: (_request, _response, bytes, charset) => {
      if (charset !== 'utf-8') throw new ApiProblem(unsupportedBody);
      // The parser would read an empty body as an empty object.
      if (bytes.length === 0) throw new SyntaxError('The body is empty');
      refuseAmbiguous(bytes);
    },
  });

const parse = jsonParser('100kb');

/** The parser would replace what is not UTF-8 by U+FFFD, and take the last of two values with one name. Throws a 400. */
function refuseAmbiguous(bytes: Buffer): void {
  if (!isUtf8(bytes)) throw notUnderstood("The body isn't valid UTF-8.");
  const repeated = repeatedName(bytes.toString());
  if (repeated === null) return;
  const detail = `"${repeated.at(-1)}" is given twice in one object. Send each name once.`;
  throw notUnderstood(detail, [{ pointer: pointerTo(...repeated), detail }]);
}

/** Parses a JSON body of at most 100 kB. Throws a 415 for another content type. */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (!request.is('application/json')) throw new ApiProblem(unsupportedBody);
  return parse(request, response, next);
};

/** Parses a JSON body if there is one. */
export const optionalJsonBody: RequestHandler = (request, response, next) =>
  Number(request.get('Content-Length') ?? 0) === 0 && !request.get('Transfer-Encoding')
    ? next()
    : jsonBody(request, response, next);

/** Reads the body with a schema. Throws a 422 with one error for each field that is bad or unknown. */
export function readBody<Schema extends z.ZodType>(request: Request, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(request.body);
  if (result.success) return result.data;
  const problems = new Map<string, string>();
  for (const { pointer, detail } of result.error.issues.flatMap(problemsOf)) {
    if (!problems.has(pointer)) problems.set(pointer, detail);
  }
  throw invalid([...problems].map(([pointer, detail]) => ({ pointer, detail })));
}

const problemsOf = (issue: z.core.$ZodIssue) =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((name) => ({ pointer: pointerTo(name), detail: 'Unknown field.' }))
    : [{ pointer: pointerTo(...issue.path), detail: issue.message }];
