import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { lastPageOf } from '../../database/core/pagination.ts';
import { rememberLookAhead } from '../../database/offboarding/look-ahead.ts';
import { queueOf } from '../../database/offboarding/queue.ts';
import { matches, widestLookAhead } from '../../database/offboarding/queue-members.ts';
import { queueOverview } from '../../database/offboarding/queue-overview.ts';
import { todayIn } from '../../domain/dates.ts';
import { lookAheads } from '../../domain/offboarding/queue.ts';
import { noFilter, type QueueQuery, queueGroups, queueMarks } from '../../domain/offboarding/queue-groups.ts';
import { readForm } from '../http/forms/read-form.ts';
import { isHtmx, pageIn, queryText } from '../http/forms/request.ts';
import { page } from '../http/pages/rendering.ts';
import { helpers } from '../http/pages/view-helpers.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';
import { firstStepsFor } from './first-steps.ts';
import { queueParameters, queueQueryIn } from './queue-query.ts';

const lookAheadForm = z.object({
  window: z.coerce.number().pipe(z.literal(lookAheads, { error: 'Choose 7, 14, 30, 60, 90 or 180 days.' })),
});

export const queuePages = ({ database, environment }: Services) => {
  const { em } = database;

  /** The queue of leavers, the earliest end date first unless another order is chosen. */
  const index: RequestHandler = async (request, response) => {
    const query = queueQueryIn(request.query, signedIn(response));
    if (queryText(request, 'view') !== 'other') return renderQueue(request, response, query);
    const outside = { ...noFilter, lookAhead: widestLookAhead, group: 'outside' } as const;
    return renderQueue(request, response, { ...outside, sort: query.sort }, true);
  };

  /** Remembers the look-ahead for the person, and shows the queue with it. */
  const chooseLookAhead: RequestHandler = async (request, response) => {
    const { window } = readForm(lookAheadForm, request.body);
    await rememberLookAhead(em, signedIn(response).id, window);
    const query = queueQueryIn(request.body, { id: signedIn(response).id, lookAhead: window });
    const address = helpers.withQuery('/offboarding', queueParameters(query));
    if (!isHtmx(request)) return response.redirect(303, address);
    response.set('HX-Push-Url', address);
    return renderQueue(request, response, query);
  };

  /** `other`: the open offboardings that no look-ahead shows. */
  async function renderQueue(request: Request, response: Response, query: QueueQuery, other = false) {
    const { workspaceZone, role } = signedIn(response);
    const today = todayIn(workspaceZone, new Date());
    const number = pageIn(request);
    const overview = await queueOverview(em, query, today);
    const total = query.group === null ? overview.queue : overview.groups[query.group];
    const parameters = queueParameters(query);
    page(response, 'queue/index', {
      title: 'Offboarding',
      ...query,
      ...overview,
      rows: await queueOf(em, query, today, number),
      total,
      today,
      lookAheads,
      groupLabels: queueGroups,
      markLabels: queueMarks,
      other,
      isNarrowed: !other && (query.group !== null || matches(query) !== null),
      query: other ? { view: 'other', sort: parameters.sort } : parameters,
      firstSteps: overview.isNew ? firstStepsFor(role, environment.SMTP_URL !== undefined) : [],
      paging: { page: number, pages: lastPageOf(total), total },
    });
  }

  return { index, chooseLookAhead };
};
