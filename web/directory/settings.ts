import type { RequestHandler } from 'express';
import { z } from 'zod';
import { publicUrl } from '../../config/environment.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import { questions } from '../../database/directory/decisions.ts';
import { heldDeactivations } from '../../database/directory/held.ts';
import { directoryOverview } from '../../database/directory/overview.ts';
import { updateDirectoryLimit } from '../../database/workspace/settings.ts';
import { tokenLimitSwitches } from '../../domain/access/removals.ts';
import { choice, wholeNumber } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { pageIn } from '../http/forms/request.ts';
import { noteOf, type PageNote } from '../http/pages/page-note.ts';
import { type Alert, done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { directoryAddress } from './address.ts';

const limitForm = z.object({
  directoryLimit: choice(tokenLimitSwitches),
  directoryLimitCount: wholeNumber(1_000_000),
  directoryLimitPercent: wholeNumber(100),
});

/** The connection of a directory, what it leaves to a super-admin to decide, and its limit. */
export const directoryPage = ({ database: { em }, environment }: Services) => {
  const show: RequestHandler = async (request, response) => {
    const note = noteOf(response);
    const pages = {
      held: pageIn(request, 'held'),
      people: pageIn(request, 'people'),
      emails: pageIn(request, 'emails'),
    };
    const [overview, held, people, emails, workspace] = await Promise.all([
      directoryOverview(em.fork()),
      heldDeactivations(em.fork(), pages.held),
      questions(em.fork(), 'person', pages.people),
      questions(em.fork(), 'address', pages.emails),
      workspaceOf(em.fork()),
    ]);
    page(response, 'directory/index', {
      title: 'Directory',
      alert: alertIn(note),
      address: `${publicUrl(environment)}/scim/v2`,
      overview,
      held,
      people,
      emails,
      pages: Object.fromEntries(Object.entries(pages).filter(([, number]) => number > 1)),
      values: { ...workspace, ...note.values },
      errors: note.errors ?? {},
    });
  };

  const updateLimit: RequestHandler = async (request, response) => {
    await updateDirectoryLimit(em, actorOf(response), readForm(limitForm, request.body));
    return done(request, response, directoryAddress, 'Directory limit saved.');
  };

  return { show, updateLimit };
};

/** The message above the page. It includes the errors of the forms that have no fields to show them beside. */
const alertIn = ({ alert = null, errors = {} }: PageNote): Alert | null => {
  const text = errors.ids ?? errors.who ?? errors.answer ?? errors.email;
  return text === undefined ? alert : { tone: 'danger', text };
};
