import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { User } from '../../database/entities/index.ts';
import { setEndDate } from '../../database/offboardings.ts';
import { searchPeople } from '../../database/people-search.ts';
import { listDepartments, listUsers } from '../../database/user-list.ts';
import { createUser, updateUser, userById } from '../../database/users.ts';
import { workspaceOf } from '../../database/workspace.ts';
import { todayIn } from '../../domain/dates.ts';
import { Refusal } from '../../domain/failures.ts';
import { userStatuses } from '../../domain/user-status.ts';
import { optionalDate, orFieldErrors, readForm } from '../forms.ts';
import { type Alert, done, fragment, page } from '../rendering.ts';
import { idIn, pageIn, queryText, sought } from '../requests.ts';
import type { Services } from '../services.ts';
import { actorOf } from '../signed-in.ts';
import { type FormValues, managerChoices, readNewUser, readUserChanges, valuesOf } from '../user-form.ts';
import { userPage } from '../user-page.ts';

const endDateForm = z.object({ endDate: optionalDate() });

export const userPages = (services: Services) => {
  const { database } = services;
  const { em } = database;
  const showUser = userPage(services);

  /** Everybody, by name. */
  const list: RequestHandler = async (request, response) => {
    const filter = {
      search: sought(request, 'q'),
      status: userStatuses.find((status) => status === queryText(request, 'status')) ?? null,
      department: queryText(request, 'department'),
    };
    const found = await listUsers(em, filter, pageIn(request));
    const listing = found.page > found.lastPage ? await listUsers(em, filter, found.lastPage) : found;
    page(response, 'users/index', {
      title: 'People',
      ...listing,
      filter,
      today: todayIn((await workspaceOf(em.fork())).timeZone, new Date()),
      departments: await listDepartments(em),
      statuses: userStatuses,
    });
  };

  /** Options for a field that asks for a person. */
  const suggest: RequestHandler = async (request, response) => {
    const { people } = await searchPeople(em, sought(request, 'manager'));
    fragment(response, 'users/_suggestions', { people });
  };

  const show: RequestHandler = (request, response) =>
    showUser(request, response, idIn(request, 'userId', 'user'));

  const add: RequestHandler = (_request, response) => formPage(response, null, {});

  const create: RequestHandler = (request, response) =>
    orFormAgain(request, response, null, async () => {
      const userId = await createUser(em, actorOf(response), await readNewUser(em, request.body));
      return done(request, response, `/users/${userId}`, 'Added.');
    });

  const edit: RequestHandler = async (request, response) => {
    const user = await userById(em, idIn(request, 'userId', 'user'));
    const manager = user.managerId ? await userById(em, user.managerId) : null;
    return formPage(response, user, valuesOf(user, manager));
  };

  const update: RequestHandler = async (request, response) => {
    const user = await userById(em, idIn(request, 'userId', 'user'));
    return orFormAgain(request, response, user, async () => {
      const changes = await readUserChanges(em, request.body ?? {});
      await updateUser(em, actorOf(response), user.id, changes);
      return done(request, response, `/users/${user.id}`, 'Saved.');
    });
  };

  const changeEndDate: RequestHandler = async (request, response) => {
    const { id } = await userById(em, idIn(request, 'userId', 'user'));
    const again = (error: string | undefined, alert: Alert | null, status: number) =>
      showUser(request, response, id, { endDate: request.body?.endDate, endDateError: error, alert, status });
    return orFieldErrors(
      async () => {
        const { endDate } = readForm(endDateForm, request.body);
        try {
          await setEndDate(em, actorOf(response), id, endDate);
        } catch (error) {
          if (error instanceof Refusal) return again(undefined, refusal(error), 409);
          throw error;
        }
        const text = endDate ? 'The end date has been set.' : 'The end date has been cleared.';
        return done(request, response, `/users/${id}`, text);
      },
      (errors) => again(errors.endDate, null, 422),
    );
  };

  /** Runs `work`; what is refused brings the form back with what was typed. */
  function orFormAgain(
    request: Request,
    response: Response,
    user: User | null,
    work: () => Promise<void> | void,
  ) {
    const values: FormValues = request.body ?? {};
    return orFieldErrors(
      async () => {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return formPage(response.status(409), user, values, {}, refusal(error));
        }
      },
      (errors) => formPage(response.status(422), user, values, errors),
    );
  }

  async function formPage(
    response: Response,
    user: User | null,
    values: FormValues,
    errors: Readonly<Record<string, string>> = {},
    alert: Alert | null = null,
  ) {
    const managerError = errors.manager ?? errors.managerId;
    page(response, 'users/form', {
      title: user === null ? 'New person' : `Edit ${user.name}`,
      user,
      values,
      errors: { ...errors, ...(managerError && { manager: managerError }) },
      alert,
      choices: managerError ? await managerChoices(em, values) : [],
      departments: await listDepartments(em),
      statuses: userStatuses,
      zones: Intl.supportedValuesOf('timeZone'),
    });
  }

  return { list, suggest, show, add, create, edit, update, changeEndDate };
};

const refusal = (error: Refusal): Alert => ({ tone: 'danger', text: error.message });
