import type { Request, Response } from 'express';
import { accountOfPerson } from '../../database/directory/person-account.ts';
import { lastFailedMailOf } from '../../database/mail/failed-mail.ts';
import { readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { reportsShown, userRecordOf } from '../../database/people/user-record.ts';
import { roles } from '../../domain/access/permissions.ts';
import { todayIn } from '../../domain/dates.ts';
import { mailOutcomes } from '../../domain/mail/mails.ts';
import { stillOpen } from '../../domain/offboarding/checklist.ts';
import { accountNotes } from '../directory/account-notes.ts';
import { editForm } from '../http/forms/edit-form.ts';
import { flashSecrets } from '../http/pages/flash-secret.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { type Alert, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';

/** Renders a person's record; `note` holds a refused form's message and the typed end date. */
export const userPage = (services: Services) => {
  const { em } = services.database;
  const flash = flashSecrets(services);

  return async (request: Request, response: Response, userId: number, note: PageNote): Promise<void> => {
    const [leaver, record, failedMail, account] = await Promise.all([
      readChecklistPage(em, userId),
      userRecordOf(em, userId),
      lastFailedMailOf(em, userId),
      accountOfPerson(em.fork(), userId),
    ]);
    page(response, 'users/show', {
      title: leaver.name,
      alert: alertIn(note),
      leaver,
      record,
      failedMail,
      account,
      accountNotes: account === null ? [] : accountNotes(leaver, account),
      mailIsOn: services.environment.SMTP_URL !== undefined,
      failedMailWords: failedMail?.outcome ? mailOutcomes[failedMail.outcome] : null,
      open: stillOpen({
        hardware: leaver.hardware.length,
        software: leaver.seats.length,
        requests: leaver.requests.length,
      }),
      today: todayIn(leaver.workspaceZone, new Date()),
      endDateForm: editForm({ endDate: leaver.endDate }, aboutEndDate(note)),
      invitation: flash.take(request, response, `/users/${userId}`),
      roles,
      reportsShown,
    });
  };
};

/** The message above the page. It includes the role's error, because that form has no room beside its field. */
const alertIn = ({ alert = null, errors = {} }: PageNote): Alert | null =>
  errors.role ? { tone: 'danger', text: errors.role } : alert;

/** The note when it is about the end date, because only that form shows the typed value again. */
const aboutEndDate = (note: PageNote): PageNote => (note.values?.endDate === undefined ? {} : note);
