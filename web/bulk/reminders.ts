import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { overdueLeavers } from '../../database/offboarding/remind-overdue.ts';
import { mostItems } from '../../domain/bulk.ts';
import { todayIn } from '../../domain/dates.ts';
import { newToken } from '../../engine/console-client.ts';
import { formToken } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import { helpers } from '../http/pages/view-helpers.ts';
import type { Services } from '../http/services.ts';
import { actorOf, signedIn } from '../http/signed-in.ts';
import { filterWords, queueParameters, queueQueryIn } from '../offboarding/queue-query.ts';
import { resultAddress } from './result-address.ts';
import { runBulkAction } from './run.ts';
import { idList } from './selected.ts';

const form = z.object({ token: formToken(), ids: idList(mostItems) });

/** Reminding the overdue leavers whom the queue shows: the page with what will happen, and doing it. */
export const reminderPages = (services: Services) => {
  const { em } = services.database;

  /** The address has the group and the filters of the queue, so that no one is reminded whom it did not show. */
  const confirm: RequestHandler = async (request, response) => {
    const query = queueQueryIn(request.query, signedIn(response));
    const today = todayOf(response);
    const { leavers, total, remindedToday, owner } = await overdueLeavers(em, query, today, mostItems);
    const parameters = queueParameters(query);
    page(response, 'bulk/reminders', {
      title: total === 0 ? 'No one to remind' : 'Remind about overdue offboardings?',
      leavers,
      total,
      remindedToday,
      filters: filterWords(query, owner),
      queue: helpers.withQuery('/offboarding', parameters),
      action: helpers.withQuery('/offboarding/reminders', parameters),
      token: newToken(),
      today,
      alert: noteOf(response).alert ?? null,
    });
  };

  const create: RequestHandler = async (request, response) => {
    const { token, ids } = readForm(form, request.body);
    const items = ids.map((itemId) => ({ itemId }));
    const actor = actorOf(response);
    const id = await runBulkAction(services, { token, kind: 'reminder', userId: null, actor, items });
    response.redirect(303, resultAddress(id, null));
  };

  return { new: confirm, create };
};

/** Today in the workspace's zone. */
const todayOf = (response: Response) => todayIn(signedIn(response).workspaceZone, new Date());
