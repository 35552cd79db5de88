import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { isDatabaseUnavailable } from '../../../database/core/postgres-errors.ts';
import { GateRefusal, InvalidInput, NotFound, Refusal } from '../../../domain/failures.ts';
import { NoAnswerYet, NotStarted } from '../../../engine/console-client.ts';
import { Forbidden } from '../forbidden.ts';
import { isHtmx } from '../forms/request.ts';
import { fragment, page } from '../pages/rendering.ts';
import type { Services } from '../services.ts';

/** What an error means to the person in front of the screen. */
interface Meaning {
  status: number;
  title: string;
  text: string;
}

/** No route knows this address. */
export const notFound: RequestHandler = () => {
  throw new NotFound('page');
};

/**
 * Turns every error a handler did not deal with into a page, or for htmx into a message at the top.
 * What is none of ours goes to the log and is shown without details.
 */
export const showErrors =
  ({ log }: Services): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const meaning = isDatabaseUnavailable(error) ? databaseAway(request) : meaningOf(error);
    if (meaning.status >= 500) log.error({ err: error }, 'request failed');
    response.status(meaning.status);
    if (isHtmx(request)) fragment(response, 'errors/_message', { ...meaning, requestId: request.id });
    else page(response, 'errors/error', { ...meaning, requestId: request.id });
  };

function meaningOf(error: unknown): Meaning {
  if (error instanceof NotFound) return { status: 404, title: 'Not found', text: error.message };
  if (error instanceof Forbidden) return { status: 403, title: 'Not allowed', text: error.message };
  if (error instanceof GateRefusal || error instanceof Refusal)
    return { status: 409, title: 'This was refused', text: error.message };
  if (error instanceof InvalidInput)
    return { status: 422, title: 'Please check your input', text: error.message };
  if (error instanceof NoAnswerYet)
    return {
      status: 503,
      title: 'No answer yet',
      text: 'The process engine does not answer. Please try again in a moment.',
    };
  if (error instanceof NotStarted) return { status: 409, title: 'This was not begun', text: error.message };
  return meaningOfStatus(error);
}

function meaningOfStatus(error: unknown): Meaning {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (type === 'entity.too.large')
    return { status: 413, title: 'Too much', text: 'This is larger than we accept.' };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, title: 'This request was not understood', text: 'Please go back and try again.' };
  return {
    status: 500,
    title: 'Something went wrong',
    text: 'It was our fault, and it has been written down. Please try again.',
  };
}

const databaseAway = (request: Request): Meaning => ({
  status: 503,
  title: 'The database does not answer',
  text: changesNothing(request)
    ? 'Please try again in a moment.'
    : 'It is not known whether what you asked for was done. Please look before you ask again.',
});

/** Of anything else nobody knows whether it was done when the database is lost: its COMMIT may have been under way. */
export const changesNothing = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';
