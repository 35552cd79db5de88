import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import {
  type FinishedColumn,
  finishedColumns,
  finishedOffboardings,
} from '../../database/offboarding/finished.ts';
import { isCalendarDate } from '../../domain/dates.ts';
import { type Sort, sortText } from '../../domain/sorting.ts';
import { pageIn, queryText, searchIn } from '../http/forms/request.ts';
import { clockOf } from '../http/pages/clock.ts';
import { page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import type { Services } from '../http/services.ts';

const latestFirst: Sort<FinishedColumn> = { column: 'completed', backwards: true };

/** A day of the period in the address; null for none and for what is no date. */
const day = z.string().refine(isCalendarDate).nullable().catch(null);

export const donePages = ({ database }: Services) => {
  /** The completed offboardings, the latest first unless another order is chosen. */
  const index: RequestHandler = async (request, response) => {
    const filter = filterIn(request);
    const chosen = sortIn(request, finishedColumns);
    const sort = chosen ?? latestFirst;
    // The period is of the days that the list shows.
    const inZone = { ...filter, zone: clockOf(response).zone };
    page(response, 'done/index', {
      title: 'Completed offboardings',
      listing: await finishedOffboardings(database.em, inZone, sort, pageIn(request)),
      filter,
      sort,
      chosenSort: chosen && sortText(chosen),
    });
  };

  return { index };
};

const filterIn = (request: Request) => ({
  search: searchIn(request, 'q'),
  from: day.parse(queryText(request, 'from')),
  to: day.parse(queryText(request, 'to')),
});
