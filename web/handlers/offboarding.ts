import type { RequestHandler, Response } from 'express';
import { closedAnswer } from '../../database/completion.ts';
import { leaverOf } from '../../database/leavers.ts';
import { cancelOffboarding } from '../../database/offboardings.ts';
import { answerAlert, askingLost, askingPending, completionAlert } from '../answers.ts';
import { renderChecklist } from '../checklist.ts';
import { NoAnswerYet } from '../engine.ts';
import { done } from '../rendering.ts';
import { idIn, queryText } from '../requests.ts';
import type { Services } from '../services.ts';
import { actorOf } from '../signed-in.ts';

export const offboardingPages = (services: Services) => {
  const { database, engine } = services;

  /** One person's checklist. */
  const show: RequestHandler = (request, response) =>
    renderChecklist(services, request, response, idIn(request, 'userId', 'user'));

  /**
   * Asked again and again while the engine is slow: what became of something asked before, by its token.
   * The database is asked first, because it knows of a completion even when the engine does not answer.
   */
  const answer: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'user');
    const token = queryText(request, 'token');
    const { offboarding } = await leaverOf(database.em, userId);
    const show = (alert: Parameters<typeof renderChecklist>[4]) =>
      renderChecklist(services, request, response, userId, alert);
    if (offboarding === null || token === '') return show({});
    if (offboarding.state === 'completed') {
      return show({ alert: completionAlert((await closedAnswer(database.em, offboarding.id))!) });
    }
    try {
      const found = await engine.answerTo(offboarding.id, token);
      if (found === null) return show({ alert: askingLost });
      return show({ alert: answerAlert(found) });
    } catch (error) {
      if (error instanceof NoAnswerYet) return show({ alert: askingPending, pendingToken: token });
      throw error;
    }
  };

  const cancel: RequestHandler = async (request, response) => {
    const userId = idIn(request, 'userId', 'user');
    await cancelOffboarding(database.em, actorOf(response), userId);
    return done(request, response, `/offboarding/${userId}`, 'The offboarding has been cancelled.', (alert) =>
      renderChecklist(services, request, response as Response, userId, { alert }),
    );
  };

  return { show, answer, cancel };
};
