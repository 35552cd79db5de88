import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { obstacleFor } from '../../database/completion-obstacles.ts';
import { effectsOfCompletion } from '../../database/confirmations.ts';
import { leaverOf } from '../../database/leavers.ts';
import { isClear, refusalWords } from '../../domain/checklist.ts';
import { type CompleteAnswer, completionObstacles, endDateOnCompletion } from '../../domain/completion.ts';
import { todayIn } from '../../domain/dates.ts';
import { Refusal } from '../../domain/failures.ts';
import { completeOffboardingOf } from '../completing.ts';
import { NoAnswerYet, NotBegun } from '../engine.ts';
import { formToken } from '../input/fields.ts';
import { readForm } from '../input/forms.ts';
import { idIn } from '../input/request.ts';
import { checklistData, renderChecklist } from '../pages/checklist.ts';
import { type Alert, notify, page } from '../pages/rendering.ts';
import type { Services } from '../services.ts';
import { actorOf } from '../sign-in/signed-in.ts';
import { askingPending, completionAlert, namesFrom } from '../words/answers.ts';

const asking = z.object({ token: formToken() });

export const completionPages = (services: Services) => {
  const { database, engine } = services;

  /** Asks once more, naming the effects. */
  const confirm: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'user');
    const data = checklistData(await leaverOf(database.em, userId));
    if (data.leaver.completed) return response.redirect(303, `/offboarding/${userId}`);
    const obstacle = await obstacleFor(database.em, actorOf(response), userId);
    if (obstacle !== null || !isClear(data.counts)) {
      const text = obstacle === null ? refusalWords(data.counts) : completionObstacles[obstacle];
      return renderChecklist(services, request, response, userId, {
        status: 409,
        alert: { tone: 'danger', text },
      });
    }
    const { name, startDate, zone } = data.leaver;
    page(response, 'offboarding/completion', {
      title: `Complete offboarding of ${name}`,
      ...data,
      effects: await effectsOfCompletion(database.em, userId),
      newEndDate: endDateOnCompletion(startDate, todayIn(zone, new Date())),
    });
  };

  const complete: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'user');
    const { token } = readForm(asking, request.body);
    const refuse = (alert: Alert) =>
      renderChecklist(services, request, response, userId, { status: 409, alert });
    try {
      const question = { actor: actorOf(response), token, requestId: request.id };
      return await answerWith(
        request,
        response,
        userId,
        await completeOffboardingOf(services, userId, question),
      );
    } catch (error) {
      if (error instanceof Refusal || error instanceof NotBegun) {
        return refuse({ tone: 'danger', text: error.message });
      }
      if (error instanceof NoAnswerYet) {
        return renderChecklist(services, request, response, userId, {
          status: 202,
          alert: askingPending,
          pendingToken: token,
        });
      }
      throw error;
    }
  };

  async function answerWith(request: Request, response: Response, userId: number, answer: CompleteAnswer) {
    const { offboarding } = await leaverOf(database.em, userId);
    const alert = completionAlert(answer, namesFrom(offboarding));
    if (answer.outcome === 'completed' || answer.outcome === 'already-completed') {
      notify(response, alert);
      return response.redirect(303, `/offboarding/${userId}`);
    }
    return renderChecklist(services, request, response, userId, { status: 409, alert });
  }

  /** Tries the step again that failed for good. */
  const retry: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'user');
    const { offboarding } = await leaverOf(database.em, userId);
    const { token } = readForm(asking, request.body);
    if (offboarding)
      await engine.retry(offboarding.id, { actor: actorOf(response), token, requestId: request.id });
    notify(response, { tone: 'success', text: 'The step is tried again.' });
    response.redirect(303, `/offboarding/${userId}`);
  };

  return { confirm, complete, retry };
};
