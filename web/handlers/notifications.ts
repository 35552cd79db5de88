import type { RequestHandler } from 'express';
import { z } from 'zod';
import { markRead, notificationsOf } from '../../database/notifications.ts';
import { idField, readForm } from '../forms.ts';
import { pageSize } from '../paging.ts';
import { page } from '../rendering.ts';
import { olderThan } from '../requests.ts';
import type { Services } from '../services.ts';
import { signedIn } from '../signed-in.ts';

const reading = z.object({ upTo: idField() });

export const notificationPages = ({ database }: Services) => {
  const list: RequestHandler = async (request, response) => {
    const rows = await notificationsOf(database.em, signedIn(response).id, olderThan(request), pageSize + 1);
    const shown = rows.slice(0, pageSize);
    page(response, 'notifications/index', {
      title: 'Notifications',
      rows: shown,
      older: rows.length > pageSize ? shown.at(-1)!.id : null,
    });
  };

  const read: RequestHandler = async (request, response) => {
    await markRead(database.em, signedIn(response).id, readForm(reading, request.body).upTo);
    response.redirect(303, '/notifications');
  };

  return { list, markRead: read };
};
