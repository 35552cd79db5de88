import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { searchPeople } from '../../database/people-search.ts';
import { createRequest, findRequests, type RequestFilter } from '../../database/requests.ts';
import { userById } from '../../database/users.ts';
import { requestStatuses } from '../../domain/checklist.ts';
import { idField, optionalText, text } from '../input/fields.ts';
import { readForm } from '../input/forms.ts';
import { idIn, pageIn, queryId, queryText, sought } from '../input/request.ts';
import { orShowWhyNot, type PageNote } from '../pages/page-note.ts';
import { done, page } from '../pages/rendering.ts';
import { renderRequest } from '../pages/request-page.ts';
import type { Services } from '../services.ts';
import { actorOf } from '../sign-in/signed-in.ts';

const filters: readonly RequestFilter[] = ['open', ...requestStatuses, 'all'];

const wish = z.object({
  userId: idField('Choose a person: find them by name, e-mail or id.'),
  item: text(),
  reason: optionalText(2000),
});

/** The list of requests, one request, and making one for a person. */
export const requestPages = (services: Services) => {
  const { em } = services.database;

  const list: RequestHandler = async (request, response) => {
    const asked = queryText(request, 'status');
    const filter = filters.find((known) => known === asked) ?? 'open';
    const listing = await findRequests(em, filter, pageIn(request));
    page(response, 'requests/index', { title: 'Requests', listing, filter, filters });
  };

  const show: RequestHandler = (request, response) =>
    renderRequest(services, request, response, idIn(request, 'requestId', 'request'));

  const blank: RequestHandler = (request, response) =>
    renderForm(request, response, queryId(request, 'userId'));

  const create: RequestHandler = (request, response) =>
    orShowWhyNot(
      request,
      async () => {
        const { userId, ...what } = readForm(wish, request.body);
        const requestId = await createRequest(em, actorOf(response), userId, what);
        await done(request, response, `/requests/${requestId}`, 'The request has been made.');
      },
      (note) => {
        const chosen = idField().safeParse(request.body?.userId);
        return renderForm(request, response, chosen.success ? chosen.data : null, note);
      },
    );

  /** The form of a new request, for a person chosen already or still to be found. */
  async function renderForm(
    request: Request,
    response: Response,
    userId: number | null,
    note: PageNote = {},
  ) {
    const { status = 200, alert = null, errors = {}, values = {} } = note;
    const search = sought(request, 'person');
    page(response.status(status), 'requests/form', {
      title: 'New request',
      person: userId === null ? null : await userById(em, userId),
      search,
      found: await searchPeople(em, search),
      values,
      errors,
      alert,
    });
  }

  return { list, show, new: blank, create };
};
