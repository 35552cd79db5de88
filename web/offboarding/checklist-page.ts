import type { Request, Response } from 'express';
import { type ChecklistPage, readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { reminderHistoryOf } from '../../database/offboarding/reminder-history.ts';
import { todayIn } from '../../domain/dates.ts';
import { stillOpen } from '../../domain/offboarding/checklist.ts';
import { newToken } from '../../engine/console-client.ts';
import { isHtmx } from '../http/forms/request.ts';
import { timesFor } from '../http/pages/clock.ts';
import { type Alert, fragment, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { reminderCard } from './reminder-card.ts';

/** The message above a checklist. */
export interface ChecklistNote {
  alert?: Alert | null;
  /** The token of an update that Temporal has not answered yet; the page polls for its result. */
  pendingToken?: string;
}

/** Renders a person's checklist: the whole page, or for htmx the part that changes. */
export async function renderChecklist(
  { database, environment }: Services,
  request: Request,
  response: Response,
  userId: number,
  { alert = null, pendingToken }: ChecklistNote,
): Promise<void> {
  const leaver = await readChecklistPage(database.em, userId);
  const history = await reminderHistoryOf(database.em, userId);
  const data = checklistData(leaver);
  const reminders =
    history && reminderCard(history, leaver, timesFor(response), environment.SMTP_URL !== undefined);
  const rest = { alert, pendingToken: pendingToken ?? null, reminders };
  if (isHtmx(request) && request.get('HX-Target') !== undefined) {
    fragment(response, 'offboarding/_checklist', { ...data, ...rest });
  } else page(response, 'offboarding/show', { title: data.leaver.name, ...data, ...rest });
}

/** The data of the checklist's templates. */
export function checklistData(leaver: ChecklistPage) {
  const counts = {
    hardware: leaver.hardware.length,
    software: leaver.seats.length,
    requests: leaver.requests.length,
  };
  return {
    leaver,
    counts,
    open: stillOpen(counts),
    today: todayIn(leaver.workspaceZone, new Date()),
    /** Every form gets a new token, so that sending it twice acts once. */
    newToken,
  };
}
