import type { RequestHandler } from 'express';
import { offeredUndoOf } from '../../database/inventory/undo-revocation.ts';
import { type ChecklistPage, readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { closedAnswer } from '../../database/offboarding/completion.ts';
import { cancelOffboarding } from '../../database/offboarding/offboardings.ts';
import { NoAnswerYet, NotStarted } from '../../engine/console-client.ts';
import { isUuid } from '../http/forms/fields.ts';
import { idIn, isHtmx, queryId, queryText } from '../http/forms/request.ts';
import { asksFirst, type Confirmation, confirmationPage } from '../http/pages/confirmation.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done } from '../http/pages/rendering.ts';
import { helpers } from '../http/pages/view-helpers.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { notGivenBack } from '../people/end-date-question.ts';
import { type ChecklistNote, renderChecklist } from './checklist-page.ts';
import { answerAlert, updateLost, updatePending, wordsFor } from './result-messages.ts';
import { shownItemsIn } from './shown-items.ts';

export const offboardingPages = (services: Services) => {
  const { database, engine } = services;

  /** The checklist; after a refused completion it marks what is new since the page was opened. */
  const show: RequestHandler = (request, response) => {
    const note = noteOf(response);
    const shown = shownItemsIn(note.values?.shown ?? request.query.shown);
    return renderChecklist(services, request, response, idIn(request, 'userId', 'person'), {
      ...note,
      shown,
    });
  };

  /**
   * The result of an update, by its token; the page polls it while Temporal is slow. Reads the database first, because
   * a completion is stored there even when Temporal does not answer. Answers htmx with 204 while there is no result,
   * which leaves the page as it is.
   */
  const answer: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const token = queryText(request, 'token');
    const seatId = queryId(request, 'seat');
    const actor = actorOf(response);
    const leaver = await readChecklistPage(database.em, userId);
    const { offboarding } = leaver;
    const show = (note: ChecklistNote) => renderChecklist(services, request, response, userId, note);
    if (offboarding === null || !isUuid(token)) return show({});
    try {
      const found = await answerTo(offboarding, token, actor);
      if (found === null) return show({ alert: updateLost });
      const seat = seatId === null ? null : await offeredUndoOf(database.em, actor, userId, seatId);
      return show({ alert: answerAlert(found, wordsFor(leaver), seat) });
    } catch (error) {
      if (error instanceof NotStarted) return show({ alert: { tone: 'warning', text: error.message } });
      if (!(error instanceof NoAnswerYet)) throw error;
      if (isHtmx(request)) return void response.status(204).end();
      return show({ alert: updatePending, pendingToken: token, pendingSeatId: seatId });
    }
  };

  /** The result of an update, by its token. The user who completed it is told `completed`, not `already-completed`. */
  async function answerTo({ id, state }: { id: number; state: string }, token: string, actor: string) {
    if (state !== 'completed') return engine.answerTo(id, token);
    const closed = await closedAnswer(database.em, id);
    return closed?.outcome === 'already-completed' && closed.by === actor
      ? ({ ...closed, outcome: 'completed' } as const)
      : closed;
  }

  const cancel: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    if (asksFirst(request)) {
      const leaver = await readChecklistPage(database.em, userId);
      if (leaver.offboarding?.state === 'open')
        return confirmationPage(request, response, cancellationQuestion(leaver));
    }
    await cancelOffboarding(database.em, actorOf(response), userId);
    const { name } = await readChecklistPage(database.em, userId);
    const text = `${name}'s offboarding is cancelled.`;
    return done(request, response, `/offboarding/${userId}`, text, (alert) =>
      renderChecklist(services, request, response, userId, { alert }),
    );
  };

  return { show, answer, cancel };
};

const cancellationQuestion = ({ id, name, endDate }: ChecklistPage): Confirmation => ({
  title: `Cancel ${name}'s offboarding?`,
  effects: [
    endDate === null
      ? 'They stay, and reminders stop.'
      : `They stay. Their end date, ${helpers.date(endDate)}, is removed, and reminders stop.`,
    notGivenBack,
  ],
  button: 'Cancel offboarding',
  action: `/offboarding/${id}/cancellation`,
  back: { label: 'Keep offboarding', address: `/offboarding/${id}` },
});
