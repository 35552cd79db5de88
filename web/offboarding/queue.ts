import type { RequestHandler } from 'express';
import { lastPageOf } from '../../database/core/pagination.ts';
import { queueOf } from '../../database/offboarding/queue.ts';
import { todayIn } from '../../domain/dates.ts';
import { lookAheadFrom, lookAheads } from '../../domain/offboarding/queue.ts';
import { pageIn, queryText } from '../http/forms/request.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';

export const queuePages = ({ database }: Services) => {
  /** The queue of leavers, the earliest end date first. */
  const index: RequestHandler = async (request, response) => {
    const today = todayIn(signedIn(response).workspaceZone, new Date());
    const lookAhead = lookAheadFrom(queryText(request, 'window'));
    const other = queryText(request, 'view') === 'other';
    const view = other ? 'other' : { lookAhead };
    const number = pageIn(request);
    const queue = await queueOf(database.em.fork(), view, today, number);
    page(response, 'queue/index', {
      title: 'Offboarding',
      ...queue,
      today,
      lookAhead,
      lookAheads,
      other,
      paging: { page: number, pages: lastPageOf(queue.total), total: queue.total },
    });
  };

  return { index };
};
