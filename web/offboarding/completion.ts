import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { readChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { obstacleFor } from '../../database/offboarding/completion-gate.ts';
import { previewCompletion } from '../../database/offboarding/completion-preview.ts';
import { todayIn } from '../../domain/dates.ts';
import { GateRefusal, Refusal } from '../../domain/failures.ts';
import { isClear } from '../../domain/offboarding/checklist.ts';
import {
  completionObstacles,
  endDateOnCompletion,
  type RetryAnswer,
} from '../../domain/offboarding/completion.ts';
import { NoAnswerYet, type UpdateCall } from '../../engine/console-client.ts';
import { formToken } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { notify, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { checklistData, renderChecklist } from './checklist-page.ts';
import { completeOffboardingOf } from './complete-offboarding.ts';
import { earlyCompletionWarning } from './early-completion.ts';
import { retryAlert, updatePending, wordsFor } from './result-messages.ts';

const tokenForm = z.object({ token: formToken() });

export const completionPages = (services: Services) => {
  const { database, engine } = services;

  /** The page that asks for a confirmation and lists the effects. */
  const confirm: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'person');
    const data = checklistData(await readChecklistPage(database.em, userId));
    if (data.leaver.completed) return response.redirect(303, `/offboarding/${userId}`);
    const obstacle = await obstacleFor(database.em, actorOf(response), userId);
    if (obstacle !== null) throw new Refusal(obstacle, completionObstacles[obstacle]);
    if (!isClear(data.counts)) throw new GateRefusal(data.counts);
    const { name, startDate, zone } = data.leaver;
    page(response, 'offboarding/completion', {
      title: `Complete ${name}'s offboarding`,
      ...data,
      effects: await previewCompletion(database.em, userId),
      warning: earlyCompletionWarning(data.leaver, new Date()),
      newEndDate: endDateOnCompletion(startDate, todayIn(zone, new Date())),
    });
  };

  const create: RequestHandler = (request, response) =>
    answer(request, response, (userId, update) => completeOffboardingOf(services, userId, update));

  /** Retries the step that has failed. */
  const retry: RequestHandler = (request, response) =>
    answer(request, response, async (userId, update) => {
      const { offboarding } = await readChecklistPage(database.em, userId);
      return offboarding?.failedStep ? engine.retry(offboarding.id, update) : { outcome: 'nothing-failed' };
    });

  /**
   * Sends the update and redirects to the checklist. On a timeout it renders the checklist with 202, which polls for
   * the result.
   */
  async function answer(
    request: Request,
    response: Response,
    ask: (userId: number, update: UpdateCall) => Promise<RetryAnswer>,
  ) {
    const userId = idIn(request, 'userId', 'person');
    const { token } = readForm(tokenForm, request.body);
    try {
      const answer = await ask(userId, { actor: actorOf(response), token, requestId: request.id });
      const alert = retryAlert(answer, wordsFor(await readChecklistPage(database.em, userId)));
      if (alert.tone === 'danger') throw new Refusal('refused', alert.text, alert.at);
      notify(response, alert);
      return response.redirect(303, `/offboarding/${userId}`);
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      const pending = { alert: updatePending, pendingToken: token };
      return renderChecklist(services, request, response.status(202), userId, pending);
    }
  }

  return { new: confirm, create, retry };
};
