import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { newcomerNotes } from '../../database/people/newcomer-notes.ts';
import { searchPeople } from '../../database/people/people-search.ts';
import { listDepartments, listUsers, userColumns, userOrder } from '../../database/people/user-list.ts';
import { createUser, updateUser, userById } from '../../database/people/users.ts';
import { todayIn } from '../../domain/dates.ts';
import { sortText } from '../../domain/sorting.ts';
import { userStatuses } from '../../domain/user-status.ts';
import { editForm, loadedOf } from '../http/forms/edit-form.ts';
import { optionalDate } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, pageIn, queryText, searchIn } from '../http/forms/request.ts';
import { asksFirst, confirmationPage } from '../http/pages/confirmation.ts';
import { noteOf, type PageNote } from '../http/pages/page-note.ts';
import { done, fragment, page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import { helpers } from '../http/pages/view-helpers.ts';
import type { Services } from '../http/services.ts';
import { actorOf, signedIn } from '../http/signed-in.ts';
import { clearsEndDate, endDateQuestion } from './end-date-question.ts';
import { managerChoices, readNewUser, readUserEdit, valuesOf } from './user-form.ts';
import { userPage } from './user-page.ts';

/** The list also finds those whose access a directory ended, whatever their status. */
const statusFilters = [...userStatuses, 'inactive-in-directory'] as const;

const endDateForm = z.object({ endDate: optionalDate() });

export const userPages = (services: Services) => {
  const { database } = services;
  const { em } = database;
  const showUser = userPage(services);

  /** The list of people, by name unless another column is chosen. */
  const index: RequestHandler = async (request, response) => {
    const filter = {
      search: searchIn(request, 'q'),
      status: statusFilters.find((status) => status === queryText(request, 'status')) ?? null,
      department: queryText(request, 'department'),
    };
    const sort = sortIn(request, userColumns);
    page(response, 'users/index', {
      title: 'People',
      ...(await listUsers(em, filter, pageIn(request), sort)),
      filter,
      sort: sort ?? (filter.search === '' ? userOrder : null),
      chosenSort: sort && sortText(sort),
      today: todayIn(signedIn(response).workspaceZone, new Date()),
      departments: await listDepartments(em),
      statuses: userStatuses,
    });
  };

  /** The suggestions for the manager's field. */
  const suggest: RequestHandler = async (request, response) => {
    const { people } = await searchPeople(em, searchIn(request, 'manager'));
    fragment(response, 'users/_suggestions', { people });
  };

  const show: RequestHandler = (request, response) =>
    showUser(request, response, idIn(request, 'userId', 'person'), noteOf(response));

  const blank: RequestHandler = (_request, response) => formPage(response, null);

  const create: RequestHandler = async (request, response) => {
    const user = await readNewUser(em, request.body);
    const userId = await createUser(em, actorOf(response), user);
    const notes = await newcomerNotes(em, userId);
    return done(request, response, `/users/${userId}`, [`${user.name} added.`, ...notes].join(' '));
  };

  const edit: RequestHandler = (request, response) => formPage(response, idIn(request, 'userId', 'person'));

  const update: RequestHandler = async (request, response) => {
    const user = await userById(em, idIn(request, 'userId', 'person'));
    const { id, email, name } = user;
    const edit = await readUserEdit(em, email ?? null, request.body ?? {});
    if (asksFirst(request) && clearsEndDate(user, edit)) {
      const question = endDateQuestion(user, edit.changes.status ?? user.status, `/users/${id}`);
      return confirmationPage(request, response, question);
    }
    await updateUser(em, actorOf(response), id, edit.changes, edit.seen);
    return done(request, response, `/users/${id}`, `${edit.changes.name ?? name} saved.`);
  };

  /** A request without the loaded values, such as a script's, overwrites the date without a conflict check. */
  const updateEndDate: RequestHandler = async (request, response) => {
    const user = await userById(em, idIn(request, 'userId', 'person'));
    const { id } = user;
    const { endDate } = readForm(endDateForm, request.body);
    const seen = loadedOf(request.body);
    if (asksFirst(request) && clearsEndDate(user, { changes: { endDate }, seen })) {
      return confirmationPage(request, response, endDateQuestion(user, user.status, `/users/${id}/end-date`));
    }
    await updateUser(em, actorOf(response), id, { endDate }, seen);
    const text = endDate ? `End date set to ${helpers.date(endDate)}.` : 'End date removed.';
    return done(request, response, `/users/${id}`, text);
  };

  /** The form of a new person (null) or an existing one; after a refusal with the typed values. */
  async function formPage(response: Response, userId: number | null) {
    const note = asShown(noteOf(response));
    const user = userId === null ? null : await userById(em, userId);
    const manager = user?.managerId ? await userById(em, user.managerId) : null;
    const misnamed = note.errors?.manager;
    page(response, 'users/form', {
      title: user === null ? 'Add person' : `Edit ${user.name}`,
      user,
      ...editForm(user === null ? {} : valuesOf(user, manager), note),
      alert: note.alert ?? null,
      choices: misnamed ? await managerChoices(em, note.values ?? {}) : [],
      departments: await listDepartments(em),
      statuses: userStatuses,
      zones: Intl.supportedValuesOf('timeZone'),
    });
  }

  return { index, suggest, show, new: blank, create, edit, update, updateEndDate };
};

/** Maps errors and conflicts of `managerId` to the field `manager`, because the form shows the manager as text. */
function asShown({ errors = {}, meanwhile = [], ...note }: PageNote): PageNote {
  const { managerId = errors.manager, ...others } = errors;
  return {
    ...note,
    errors: managerId === undefined ? others : { ...others, manager: managerId },
    meanwhile: meanwhile.map((field) => (field === 'managerId' ? 'manager' : field)),
  };
}
