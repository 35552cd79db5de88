import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { isDatabaseUnavailable } from '../../../database/core/postgres-errors.ts';
import { InvalidInput, Merged, NotFound, Refusal } from '../../../domain/failures.ts';
import { NoAnswerYet, NotStarted } from '../../../engine/console-client.ts';
import { Forbidden } from '../forbidden.ts';
import { isHtmx } from '../forms/request.ts';
import { MalformedRequest } from '../malformed-request.ts';
import { MethodNotAllowed } from '../method-not-allowed.ts';
import { fragment, page } from '../pages/rendering.ts';
import type { Services } from '../services.ts';

/** What the error page shows. */
interface ErrorText {
  status: number;
  title: string;
  text: string;
}

/** The handler after all routes. Throws NotFound. */
export const notFound: RequestHandler = () => {
  throw new NotFound('page');
};

/**
 * Turns every unhandled error into a page, or for htmx into a message at the top. Unexpected errors are logged and
 * shown without details. The page of a merged record leads to the one that stays.
 */
export const showErrors =
  ({ log }: Services): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof Merged && isReadOnly(request))
      return response.redirect(303, keptAddress(request, error));
    const errorText = isDatabaseUnavailable(error) ? databaseUnavailable(request) : textOf(error);
    if (errorText.status >= 500) log.error({ err: error }, 'request failed');
    if (error instanceof MethodNotAllowed) response.set('Allow', error.allow);
    response.status(errorText.status);
    if (isHtmx(request)) fragment(response, 'errors/_message', { ...errorText, requestId: request.id });
    else page(response, 'errors/error', { ...errorText, requestId: request.id });
  };

const keptAddress = ({ path }: Request, { goneId, keptId }: Merged): string =>
  path.includes(`/${goneId}`) ? path.replace(`/${goneId}`, `/${keptId}`) : `/users/${keptId}`;

function textOf(error: unknown): ErrorText {
  if (error instanceof NotFound)
    return { status: 404, title: 'Not found', text: error.message + nextStep(error) };
  if (error instanceof Forbidden) return { status: 403, title: 'Not allowed', text: error.message };
  if (error instanceof MethodNotAllowed)
    return { status: 405, title: 'Method not allowed', text: error.message };
  if (error instanceof MalformedRequest)
    return { status: 400, title: "This URL or form can't be read", text: error.message };
  if (error instanceof Refusal) return { status: 409, title: 'Not possible right now', text: error.message };
  if (error instanceof InvalidInput) return { status: 422, title: 'Check your input', text: error.message };
  if (error instanceof NoAnswerYet)
    return {
      status: 503,
      title: 'No response yet',
      text: 'The server is still starting. Try again in a moment.',
    };
  if (error instanceof NotStarted) return { status: 409, title: 'Nothing was changed', text: error.message };
  return textOfStatus(error);
}

/** The page to go to for something that was not found; empty when there is none. */
const nextStep = ({ what }: NotFound): string =>
  pagesOf[what] === undefined ? '' : ` Go to ${pagesOf[what]}.`;

const pagesOf: Readonly<Record<string, string>> = {
  person: 'People',
  asset: 'Assets',
  license: 'Licenses',
  seat: 'Licenses',
  request: 'Requests',
  import: 'Imports',
  'set of columns': 'Saved columns',
  offboarding: 'Offboarding',
  delivery: 'Webhooks',
  'webhook endpoint': 'Webhooks',
  token: 'API tokens',
  session: 'My page',
  passkey: 'My page',
};

function textOfStatus(error: unknown): ErrorText {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (type === 'entity.too.large')
    return { status: 413, title: 'Too large', text: 'This is larger than Lastday accepts.' };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, title: "This URL or form can't be read", text: 'Go back and try again.' };
  return {
    status: 500,
    title: 'Something went wrong',
    text: 'The problem is on our side and has been logged. Try again.',
  };
}

const databaseUnavailable = (request: Request): ErrorText => ({
  status: 503,
  title: "The database isn't answering",
  text: isReadOnly(request)
    ? 'Try again in a moment.'
    : "We couldn't confirm whether this was saved. Check before trying again.",
});

/** Whether a request only reads. When the connection is lost, a write's COMMIT may already have been under way. */
export const isReadOnly = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';
