import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { workspaceOf } from '../../database/workspace.ts';
import { updateWorkspace } from '../../database/workspace-settings.ts';
import { isTimeZone } from '../../domain/dates.ts';
import { orFieldErrors, readForm, text } from '../forms.ts';
import { done, page } from '../rendering.ts';
import type { Services } from '../services.ts';
import { actorOf } from '../signed-in.ts';

const workspaceForm = z.object({
  name: text(100),
  timeZone: text(64).refine(isTimeZone, { error: 'Expected a time zone such as Europe/Berlin.' }),
});

export const workspacePages = ({ database }: Services) => {
  const { em } = database;

  const show: RequestHandler = async (_request, response) => {
    const { name, timeZone } = await workspaceOf(em.fork());
    formPage(response, { name, timeZone });
  };

  const update: RequestHandler = (request, response) =>
    orFieldErrors(
      async () => {
        await updateWorkspace(em, actorOf(response), readForm(workspaceForm, request.body));
        return done(request, response, '/settings/workspace', 'Saved.');
      },
      (errors) => formPage(response.status(422), request.body ?? {}, errors),
    );

  function formPage(
    response: Response,
    values: Record<string, unknown>,
    errors: Readonly<Record<string, string>> = {},
  ) {
    page(response, 'settings/workspace', {
      title: 'Workspace',
      values,
      errors,
      zones: Intl.supportedValuesOf('timeZone'),
    });
  }

  return { show, update };
};
