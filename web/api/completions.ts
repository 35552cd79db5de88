import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { representedUser } from '../../database/represented-users.ts';
import type { CompleteAnswer } from '../../domain/completion.ts';
import { GateRefusal, NotFound, Refusal } from '../../domain/failures.ts';
import { completionAlert } from '../answers.ts';
import { completeOffboardingOf } from '../completing.ts';
import { NoAnswerYet, newToken } from '../engine.ts';
import type { Services } from '../services.ts';
import { tokenActorOf } from './authentication.ts';
import { jsonBody, readBody } from './bodies.ts';
import { externalIdOf } from './users.ts';

const nothing = z.strictObject({}, { error: 'Expected an empty JSON object, or no body.' });

export const completionApi = (services: Services) => {
  const { em } = services.database;

  /** There is nothing to say; a body that says something is read, to tell that it does not help. */
  const optionalBody: RequestHandler = (request, response, next) =>
    Number(request.get('Content-Length') ?? 0) === 0 && !request.get('Transfer-Encoding')
      ? next()
      : jsonBody(request, response, next);

  /** Marks a person offboarded: the same operation as in the console. */
  const complete: RequestHandler = async (request, response) => {
    if (request.body !== undefined) readBody(request, nothing);
    const externalId = externalIdOf(request);
    const user = externalId.includes('\0') ? null : await representedUser(em, externalId);
    if (user === null) throw new NotFound('user');
    const question = { actor: tokenActorOf(response), token: newToken(), requestId: request.id };
    try {
      await answer(response, externalId, await completeOffboardingOf(services, user.id, question));
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      response.status(202).json({ outcome: 'no-answer-yet', detail: noAnswerYet });
    }
  };

  async function answer(response: Response, externalId: string, outcome: CompleteAnswer): Promise<void> {
    if (outcome.outcome === 'still-open') throw new GateRefusal(outcome.counts);
    if (outcome.outcome === 'completed' || outcome.outcome === 'already-completed') {
      response.json({
        outcome: outcome.outcome,
        completedBy: outcome.by,
        completedAt: new Date(outcome.at).toISOString(),
        user: await representedUser(em, externalId),
      });
      return;
    }
    const code = outcome.outcome === 'refused' ? outcome.reason : outcome.outcome;
    throw new Refusal(code, completionAlert(outcome).text);
  }

  return { optionalBody, complete };
};

const noAnswerYet =
  'The process engine has not answered yet. What you asked for may still be carried out within a minute: ask for the user to see.';
