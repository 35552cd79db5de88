import type { ErrorRequestHandler } from 'express';
import type { Log } from '../../../config/log.ts';
import { isDatabaseUnavailable } from '../../../database/core/postgres-errors.ts';
import { AccountConflict } from '../../../domain/directory/account.ts';
import { InvalidInput, NotFound, Refusal } from '../../../domain/failures.ts';
import { ApiProblem } from '../../api/http/problems.ts';
import type { Services } from '../../http/services.ts';
import { sendScim } from './answers.ts';
import { badRequest, errorBody, ScimError } from './scim-error.ts';

/** Turns every error into a SCIM error. Unexpected errors are logged and answered without details. */
export const answerScimErrors =
  ({ log }: Services): ErrorRequestHandler =>
  (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const scimError = asScimError(error, log);
    response.set(scimError.headers);
    sendScim(response, { status: scimError.status, body: errorBody(scimError) });
  };

/** The error as SCIM says it. An unexpected one is logged and becomes a 500. */
export function asScimError(error: unknown, log: Log): ScimError {
  if (isDatabaseUnavailable(error)) return databaseUnavailable();
  const known = knownError(error);
  if (known !== null) return known;
  log.error({ err: error }, 'request failed');
  return new ScimError(500, 'The problem is on our side and has been logged.');
}

function knownError(error: unknown): ScimError | null {
  if (error instanceof ScimError) return error;
  if (error instanceof ApiProblem) return ofApi(error);
  if (error instanceof NotFound) return new ScimError(404, error.message);
  if (error instanceof AccountConflict) {
    return new ScimError(409, error.message, { scimType: error.scimType });
  }
  if (error instanceof Refusal) return new ScimError(409, error.message);
  if (error instanceof InvalidInput) return badRequest('invalidValue', error.message);
  return ofParser(error);
}

/** What the API and SCIM check alike: the token, its scope, its limit, and the encoding of a body. */
const ofApi = ({ problem: { status, detail }, headers }: ApiProblem): ScimError =>
  new ScimError(status, detail, { headers, ...(status === 400 && { scimType: 'invalidSyntax' }) });

/** Express and its parser give their errors a status. */
function ofParser(error: unknown): ScimError | null {
  const { status } = (error ?? {}) as { status?: unknown };
  if (status === 413) return tooLarge('The body is larger than 1 MB.');
  if (status === 415) return new ScimError(415, 'Send JSON in UTF-8, not compressed.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return badRequest('invalidSyntax', "The URL or the body can't be read. Is it valid JSON?");
  }
  return null;
}

/** A 413 for a body that has too much. */
export const tooLarge = (detail: string): ScimError => new ScimError(413, detail);

const databaseUnavailable = () =>
  new ScimError(503, "The database isn't answering. Send the call again.", {
    headers: { 'Retry-After': '5' },
  });
