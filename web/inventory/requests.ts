import type { RequestHandler } from 'express';
import { z } from 'zod';
import {
  findRequests,
  type RequestFilter,
  requestColumns,
  requestOrder,
} from '../../database/inventory/request-list.ts';
import { createRequest } from '../../database/inventory/requests.ts';
import { searchPeople } from '../../database/people/people-search.ts';
import { userById } from '../../database/people/users.ts';
import { requestStatuses } from '../../domain/offboarding/checklist.ts';
import { sortText } from '../../domain/sorting.ts';
import { idField, optionalNote, personField, text } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, pageIn, queryId, queryText, searchIn } from '../http/forms/request.ts';
import { type FormValues, noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { renderRequest } from './request-page.ts';

const filters: readonly RequestFilter[] = ['open', ...requestStatuses, 'all'];

const requestForm = z.object({
  userId: personField(),
  item: text(),
  reason: optionalNote(2000),
});

/** The list of requests, one request, and its form. */
export const requestPages = (services: Services) => {
  const { em } = services.database;

  const index: RequestHandler = async (request, response) => {
    const asked = queryText(request, 'status');
    const filter = filters.find((known) => known === asked) ?? 'open';
    const search = searchIn(request, 'q');
    const chosen = sortIn(request, requestColumns);
    const sort = chosen ?? requestOrder(filter);
    page(response, 'requests/index', {
      title: 'Requests',
      listing: await findRequests(em, filter, pageIn(request), search, sort),
      filter,
      filters,
      search,
      sort,
      chosenSort: chosen && sortText(chosen),
    });
  };

  const show: RequestHandler = (request, response) =>
    renderRequest(services, request, response, idIn(request, 'requestId', 'request'), noteOf(response));

  /** The form of a new request, with a search when no person is chosen yet. */
  const blank: RequestHandler = async (request, response) => {
    const { alert = null, errors = {}, values } = noteOf(response);
    const userId = values === undefined ? queryId(request, 'userId') : personIdIn(values);
    const search = searchIn(request, 'person');
    page(response, 'requests/form', {
      title: 'Create request',
      person: userId === null ? null : await userById(em, userId),
      search,
      found: await searchPeople(em, search),
      values: values ?? {},
      errors,
      alert,
    });
  };

  const create: RequestHandler = async (request, response) => {
    const { userId, ...what } = readForm(requestForm, request.body);
    const requestId = await createRequest(em, actorOf(response), userId, what);
    return done(request, response, `/requests/${requestId}`, `Request for ${what.item} created.`);
  };

  return { index, show, new: blank, create };
};

/** The id of the person in a form, or null. */
const personIdIn = ({ userId }: FormValues): number | null => idField().nullable().catch(null).parse(userId);
