import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ChangedMeanwhile, InvalidInput, Refusal } from '../../../domain/failures.ts';
import { NotStarted } from '../../../engine/console-client.ts';
import type { PageNote } from '../pages/page-note.ts';

/**
 * Shows `page` again when the handler of its form throws: 409 when a rule forbids it, 422 when the input is wrong.
 * The page reads the typed values and the errors with `noteOf`.
 */
export const showFormAgain =
  (page: RequestHandler): ErrorRequestHandler =>
  (error, request, response, next) => {
    const refusal = refusalOf(error);
    if (refusal === null || response.headersSent) return next(error);
    const { status, ...note } = refusal;
    response.locals.note = { ...note, values: request.body ?? {} } satisfies PageNote;
    return page(request, response.status(status), next);
  };

function refusalOf(error: unknown): (PageNote & { status: number }) | null {
  if (error instanceof Refusal || error instanceof NotStarted) {
    const meanwhile = error instanceof ChangedMeanwhile ? error.fields : [];
    const at = error instanceof Refusal ? error.at : undefined;
    return { status: 409, alert: { tone: 'danger', text: error.message, at }, meanwhile };
  }
  if (error instanceof InvalidInput) {
    const text = 'Not saved. Check the highlighted fields.';
    return { status: statusOf(error), alert: { tone: 'danger', text }, errors: error.fields };
  }
  return null;
}

/** 422, unless the error has a more precise status. */
const statusOf = (error: InvalidInput & { status?: number }): number => error.status ?? 422;
