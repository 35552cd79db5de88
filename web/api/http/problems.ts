import type { Response } from 'express';

/** Something wrong with one part of what was sent. `pointer` is a JSON pointer into the body. */
export interface PartProblem {
  pointer?: string;
  parameter?: string;
  detail: string;
}

/** An answer other than success, as RFC 9457 writes it. `code` is stable; the words are for people. */
export interface Problem {
  /** An address of the kind of problem, where somebody else has given it one. */
  type?: string;
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: PartProblem[];
  [extension: string]: unknown;
}

/** Thrown by a handler that knows what to answer. `headers` go with it. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly problem: Problem;
  readonly headers: Record<string, string>;
  constructor(problem: Problem, headers: Record<string, string> = {}) {
    super(problem.detail);
    this.problem = problem;
    this.headers = headers;
  }
}

/** Sends a problem as `application/problem+json`. */
export function sendProblem(
  response: Response,
  { type, status, code, title, detail, ...rest }: Problem,
): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: type ?? `urn:lastday:problem:${code}`,
        title,
        status,
        detail,
        code,
        instance: `urn:uuid:${response.req.id}`,
        ...rest,
      }),
    );
}

/** Input that was understood and is wrong. */
export const invalid = (errors: PartProblem[]): ApiProblem =>
  new ApiProblem({
    status: 422,
    code: 'invalid-input',
    title: 'The input is not valid',
    detail: errors.map((error) => error.detail).join(' '),
    errors,
  });

/** A JSON pointer to a field of the body. */
export const pointerTo = (...path: PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
