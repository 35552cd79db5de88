import type { Response } from 'express';

/** An error in one field or parameter of a request. `pointer` is a JSON pointer into the body. */
export interface InputProblem {
  pointer?: string;
  parameter?: string;
  detail: string;
}

/** An error response (RFC 9457). `code` is stable; `title` and `detail` are for people. */
export interface Problem {
  /** The URI of a registered problem type; without it a URN made of `code` is sent. */
  type?: string;
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: InputProblem[];
  [extension: string]: unknown;
}

/** Thrown by a handler to answer with a problem and headers. */
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

/** A 422 for input that can be parsed but is not valid. */
export const invalid = (errors: InputProblem[]): ApiProblem =>
  new ApiProblem({
    status: 422,
    code: 'invalid-input',
    title: 'Invalid input',
    detail: errors.map((error) => error.detail).join(' '),
    errors,
  });

/** A 400 for a request that cannot be read. */
export const notUnderstood = (detail: string, errors: InputProblem[] = []): ApiProblem =>
  new ApiProblem({
    status: 400,
    code: 'not-understood',
    title: "This call can't be read",
    detail,
    ...(errors.length > 0 && { errors }),
  });

/** A JSON pointer to a field of the body. */
export const pointerTo = (...path: PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
