import type { Request, Response } from 'express';
import { leaverOf } from '../../database/leavers.ts';
import { mailTroubleOf } from '../../database/mail-trouble.ts';
import { reportsShown, userRecordOf } from '../../database/user-record.ts';
import { stillOpen } from '../../domain/checklist.ts';
import { todayIn } from '../../domain/dates.ts';
import { mailOutcomes } from '../../domain/mails.ts';
import { roles } from '../../domain/permissions.ts';
import type { Services } from '../services.ts';
import { type Alert, page } from './rendering.ts';
import { shownOnce } from './shown-once.ts';

/** What a person's record says besides what is stored. */
export interface UserPageNote {
  alert?: Alert | null;
  status?: number;
  /** What was typed as the end date, and what is wrong with it. */
  endDate?: string;
  endDateError?: string | undefined;
}

/** Shows a person's record as it is now. */
export const userPage = (services: Services) => {
  const { em } = services.database;
  const once = shownOnce(services);

  return async (
    request: Request,
    response: Response,
    userId: number,
    { alert = null, status = 200, endDate, endDateError }: UserPageNote = {},
  ): Promise<void> => {
    const [leaver, record, mailTrouble] = await Promise.all([
      leaverOf(em, userId),
      userRecordOf(em, userId),
      mailTroubleOf(em, userId),
    ]);
    page(response.status(status), 'users/show', {
      title: leaver.name,
      alert,
      leaver,
      record,
      mailTrouble,
      mailIsOn: services.environment.SMTP_URL !== undefined,
      mailTroubleWords: mailTrouble?.outcome ? mailOutcomes[mailTrouble.outcome] : null,
      open: stillOpen({
        hardware: leaver.hardware.length,
        software: leaver.seats.length,
        requests: leaver.requests.length,
      }),
      today: todayIn(leaver.workspaceZone, new Date()),
      endDate: endDate ?? leaver.endDate,
      endDateError,
      invitation: once.take(request, response, `/users/${userId}`),
      roles,
      reportsShown,
    });
  };
};
