import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ChangedMeanwhile, InvalidInput, Refusal } from '../../../domain/failures.ts';
import { NotStarted } from '../../../engine/console-client.ts';
import type { PageNote } from '../pages/page-note.ts';

/**
 * Shows `page` again when the handler of its form throws: 409 for what a rule forbids, 422 for what is wrong with
 * the input. The page finds what was typed, and why it was refused, with `noteOf`.
 */
export const showFormAgain =
  (page: RequestHandler): ErrorRequestHandler =>
  (error, request, response, next) => {
    const why = reasonIn(error);
    if (why === null || response.headersSent) return next(error);
    const { status, ...note } = why;
    response.locals.note = { ...note, values: request.body ?? {} } satisfies PageNote;
    return page(request, response.status(status), next);
  };

function reasonIn(error: unknown): (PageNote & { status: number }) | null {
  if (error instanceof Refusal || error instanceof NotStarted) {
    const meanwhile = error instanceof ChangedMeanwhile ? error.fields : [];
    return { status: 409, alert: { tone: 'danger', text: error.message }, meanwhile };
  }
  if (error instanceof InvalidInput) {
    const text = 'Nothing was changed: please check the marked fields.';
    return { status: statusOf(error), alert: { tone: 'danger', text }, errors: error.fields };
  }
  return null;
}

/** An error may bring a status that says more than 422. */
const statusOf = (error: InvalidInput & { status?: number }): number => error.status ?? 422;
