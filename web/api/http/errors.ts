import type { ErrorRequestHandler, Request } from 'express';
import { isDatabaseUnavailable } from '../../../database/core/postgres-errors.ts';
import { KeyReused } from '../../../database/workspace/idempotency.ts';
import { type RemovalKind, RemovalRefusal } from '../../../domain/access/removals.ts';
import { GateRefusal, InvalidInput, NotFound, Refusal } from '../../../domain/failures.ts';
import { NoAnswerYet, NotStarted } from '../../../engine/console-client.ts';
import { isReadOnly } from '../../http/middleware/errors.ts';
import type { Services } from '../../http/services.ts';
import type { Endpoint } from './endpoint-types.ts';
import { ApiProblem, invalid, type Problem, pointerTo, sendProblem } from './problems.ts';

/** Turns every error of the API into a problem. Unexpected errors are logged and answered without details. */
export const answerErrors =
  ({ log }: Services): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const { problem, headers } = isDatabaseUnavailable(error)
      ? databaseUnavailable(request, response.locals.endpoint)
      : apiProblemOf(error);
    if (problem.status >= 500) log.error({ err: error }, 'request failed');
    response.set(headers);
    sendProblem(response, problem);
  };

function apiProblemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof InvalidInput) {
    const fields = Object.entries(error.fields);
    return invalid(fields.map(([field, detail]) => ({ pointer: pointerTo(field), detail })));
  }
  return new ApiProblem(problemOf(error));
}

function problemOf(error: unknown): Problem {
  if (error instanceof NotFound)
    return { status: 404, code: 'not-found', title: 'Not found', detail: error.message };
  if (error instanceof GateRefusal) return { ...refused(error), ...error.counts };
  if (error instanceof RemovalRefusal) return limited(error);
  if (error instanceof Refusal) return refused(error);
  if (error instanceof KeyReused) return keyReused;
  if (error instanceof NotStarted)
    return { status: 409, code: 'not-begun', title: 'Nothing was changed', detail: error.message };
  if (error instanceof NoAnswerYet)
    return {
      status: 503,
      code: 'engine-away',
      title: "Temporal isn't answering",
      detail: error.message,
    };
  return problemOfParser(error);
}

const refused = ({ code, message }: Refusal): Problem => ({
  status: 409,
  code,
  title: 'Not possible right now',
  detail: message,
});

/** The fields of the body that are beyond the limit of the token. */
const limited = (refusal: RemovalRefusal): Problem => ({
  ...refused(refusal),
  title: 'Confirmation needed',
  errors: refusal.beyond.map((kind) => ({
    pointer: pointerTo(fieldOf[kind] ?? kind),
    detail: 'This token reached its hourly limit for removing this field.',
  })),
});

const fieldOf: Partial<Record<RemovalKind, string>> = { manager: 'managerExternalId' };

const keyReused: Problem = {
  status: 422,
  code: 'key-reused',
  title: 'This Idempotency-Key was used for another call',
  detail: 'It was used with another method, URL or body. Nothing was changed. Use a new key for each call.',
};

const databaseUnavailable = (request: Request, endpoint: Endpoint | undefined): ApiProblem =>
  new ApiProblem(
    {
      status: 503,
      code: 'database-away',
      title: "The database isn't answering",
      detail: isReadOnly(request) || endpoint === undefined ? 'Try again.' : maybeDone(request, endpoint),
    },
    { 'Retry-After': '5' },
  );

const maybeDone = (request: Request, { keyed }: Endpoint): string =>
  `We couldn't confirm whether this was saved. ${howToRepeat(request, keyed === true)}`;

function howToRepeat(request: Request, keyed: boolean): string {
  if (keyed && request.get('Idempotency-Key') !== undefined)
    return 'Repeat the call with the same Idempotency-Key. It runs once.';
  return keyed
    ? 'Check before you repeat the call. With an Idempotency-Key you could repeat it safely.'
    : 'Check before you repeat the call.';
}

/** The problem for an error of Express: a body that cannot be parsed, or else a 500. */
function problemOfParser(error: unknown): Problem {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (type === 'entity.too.large')
    return {
      status: 413,
      code: 'too-large',
      title: 'Too large',
      detail: 'The body is larger than Lastday accepts.',
    };
  if (status === 415) return unsupportedBody;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return {
      status: 400,
      code: 'not-understood',
      title: "This call can't be read",
      detail: "The URL or the body can't be read. Is it valid JSON?",
    };
  return {
    status: 500,
    code: 'our-fault',
    title: 'Something went wrong',
    detail: 'The problem is on our side and has been logged.',
  };
}

/** The problem for a body that is not JSON, or is compressed. */
export const unsupportedBody: Problem = {
  status: 415,
  code: 'unsupported-body',
  title: 'Unsupported body',
  detail: 'Send JSON in UTF-8, not compressed, with Content-Type: application/json.',
};
