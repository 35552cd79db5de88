import type { Request, Response } from 'express';
import { type BulkReport, readBulkReport } from '../../database/bulk/actions.ts';
import type { EntityManager } from '../../database/core/orm.ts';
import { type ChecklistPage, readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { readRecord } from '../../database/offboarding/record.ts';
import { reminderHistoryOf } from '../../database/offboarding/reminder-history.ts';
import { todayIn } from '../../domain/dates.ts';
import { stillOpen } from '../../domain/offboarding/checklist.ts';
import { newToken } from '../../engine/console-client.ts';
import { isHtmx, queryId } from '../http/forms/request.ts';
import { type Alert, fragment, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { handlingCard, type RefusedForm } from './handling/handling-card.ts';
import { recordData } from './record.ts';
import { reminderCard } from './reminder-card.ts';
import { openItemsOf } from './shown-items.ts';

/** The message above a checklist. */
export interface ChecklistNote {
  alert?: Alert | null;
  /** The token of an update that Temporal has not answered yet; the page polls for its result. */
  pendingToken?: string;
  /** The seat that this update revokes, so that the result can offer Undo. */
  pendingSeatId?: number | null;
  /** The refused form about the owner, a note or a waiting item. */
  refusedForm?: RefusedForm;
  /** The open items that the person saw before a completion was refused; the others are marked as new. */
  shown?: ReadonlySet<string> | null;
}

/**
 * Renders a person's checklist, or the record of their completed offboarding: the whole page, or for htmx the part that
 * changes.
 */
export async function renderChecklist(
  { database, environment }: Services,
  request: Request,
  response: Response,
  userId: number,
  { alert = null, pendingToken, pendingSeatId, refusedForm, shown = null }: ChecklistNote,
): Promise<void> {
  const leaver = await readChecklistPage(database.em, userId);
  const mailIsOn = environment.SMTP_URL !== undefined;
  const data = {
    ...checklistData(leaver),
    ...(leaver.completed ? await readRecordData() : await readReminders()),
  };
  const handling = handlingCard(leaver, refusedForm);
  const report = await reportIn(database.em, request, userId);
  const newItems = shown === null ? [] : data.openItems.filter((item) => !shown.has(item));
  const rest = {
    alert: alert && newItems.length > 0 ? { ...alert, takesFocus: false } : alert,
    pendingToken: pendingToken ?? null,
    pendingSeatId: pendingSeatId ?? null,
    newItems,
    handling,
    report,
  };
  if (isHtmx(request) && request.get('HX-Target') !== undefined) {
    fragment(response, 'offboarding/_checklist', { ...data, ...rest });
  } else page(response, 'offboarding/show', { title: data.leaver.name, ...data, ...rest });

  async function readRecordData() {
    return { record: recordData(await readRecord(database.em, userId), mailIsOn), reminders: null };
  }

  async function readReminders() {
    const history = await reminderHistoryOf(database.em, userId);
    return {
      record: null,
      reminders: history && reminderCard(history, leaver, mailIsOn),
    };
  }
}

/** The results of a bulk action about the person, which the address names; null when it names none. */
async function reportIn(em: EntityManager, request: Request, userId: number): Promise<BulkReport | null> {
  const id = queryId(request, 'result');
  const report = id === null ? null : await readBulkReport(em, id);
  return report?.userId === userId ? report : null;
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
    openItems: openItemsOf(leaver),
    today: todayIn(leaver.workspaceZone, new Date()),
    /** Every form gets a new token, so that sending it twice acts once. */
    newToken,
  };
}
