import type { RequestHandler } from 'express';
import { z } from 'zod';
import { workspaceOf } from '../../database/core/workspace.ts';
import { updateImportSettings } from '../../database/imports/settings.ts';
import {
  updateTokenLimit as changeTokenLimit,
  updateErasureSettings,
  updateReminderSettings,
  updateSecondFactorRule,
  updateWorkspace,
} from '../../database/workspace/settings.ts';
import { tokenLimitSwitches } from '../../domain/access/removals.ts';
import { secondFactorRules } from '../../domain/access/second-factors.ts';
import { isTimeZone } from '../../domain/dates.ts';
import { dateFormats, exampleOf } from '../../domain/parse-date.ts';
import { choice, text, wholeNumber } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { mailStatus } from '../mail/mail-status.ts';
import { erasureForm } from './erasure-form.ts';
import { listOfWords } from './list-of-words.ts';
import { digestHours, reminderForm } from './reminder-form.ts';

const workspaceForm = z.object({
  name: text(100),
  timeZone: text(64).refine(isTimeZone, { error: 'Expected a time zone such as Europe/Berlin.' }),
});

const importsForm = z.object({
  dateFormat: choice(dateFormats),
  noDates: listOfWords.optional(),
  brakeCount: wholeNumber(1_000_000),
  brakePercent: wholeNumber(100),
});

const tokenLimitForm = z.object({
  tokenLimit: choice(tokenLimitSwitches),
  tokenLimitCount: wholeNumber(1_000_000),
  tokenLimitPercent: wholeNumber(100),
});

const secondFactorForm = z.object({ secondFactor: choice(secondFactorRules) });

export const workspacePages = ({ database, environment }: Services) => {
  const { em } = database;

  /** The settings' forms; after a refusal with the typed values of one of them. */
  const show: RequestHandler = async (_request, response) => {
    const { values: typed = {}, errors = {} } = noteOf(response);
    const { remindDaysBefore, noDates, ...set } = await workspaceOf(em.fork());
    page(response, 'settings/workspace', {
      title: 'Workspace',
      values: {
        ...set,
        remindDaysBefore: remindDaysBefore.join(', '),
        noDates: noDates.join(', '),
        ...typed,
      },
      errors,
      zones: Intl.supportedValuesOf('timeZone'),
      digestHours,
      mail: mailStatus(environment),
      dateFormats: dateFormats.map((format) => [format, `${format}, as in ${exampleOf(format)}`]),
    });
  };

  const update: RequestHandler = async (request, response) => {
    await updateWorkspace(em, actorOf(response), readForm(workspaceForm, request.body));
    return done(request, response, '/settings/workspace', 'Workspace saved.');
  };

  const updateImports: RequestHandler = async (request, response) => {
    await updateImportSettings(em, actorOf(response), readForm(importsForm, request.body));
    return done(request, response, '/settings/workspace', 'Import settings saved.');
  };

  const updateReminders: RequestHandler = async (request, response) => {
    await updateReminderSettings(em, actorOf(response), readForm(reminderForm, request.body));
    const text = 'Reminder settings saved. They apply to everyone leaving.';
    return done(request, response, '/settings/workspace', text);
  };

  const updateErasure: RequestHandler = async (request, response) => {
    await updateErasureSettings(em, actorOf(response), readForm(erasureForm, request.body));
    return done(request, response, '/settings/workspace', 'Erasure settings saved.');
  };

  const updateSecondFactor: RequestHandler = async (request, response) => {
    await updateSecondFactorRule(em, actorOf(response), readForm(secondFactorForm, request.body));
    return done(request, response, '/settings/workspace', 'Sign-in settings saved.');
  };

  const updateTokenLimit: RequestHandler = async (request, response) => {
    await changeTokenLimit(em, actorOf(response), readForm(tokenLimitForm, request.body));
    return done(request, response, '/settings/workspace', 'Token limit saved.');
  };

  return {
    show,
    update,
    updateImports,
    updateReminders,
    updateErasure,
    updateTokenLimit,
    updateSecondFactor,
  };
};
