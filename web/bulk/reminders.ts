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
import type { Services } from '../http/services.ts';
import { actorOf, signedIn } from '../http/signed-in.ts';
import { resultAddress } from './result-address.ts';
import { runBulkAction } from './run.ts';
import { idList } from './selected.ts';

const form = z.object({ token: formToken(), ids: idList(mostItems) });

/** Reminding all overdue leavers of the queue: the page with what will happen, and doing it. */
export const reminderPages = (services: Services) => {
  const { em } = services.database;

  const confirm: RequestHandler = async (_request, response) => {
    const { leavers, total, remindedToday } = await overdueLeavers(em, todayOf(response), mostItems);
    page(response, 'bulk/reminders', {
      title: total === 0 ? 'No one to remind' : 'Remind about overdue offboardings?',
      leavers,
      total,
      remindedToday,
      token: newToken(),
      today: todayOf(response),
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
