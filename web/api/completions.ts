import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { readApiUser } from '../../database/people/api-users.ts';
import { type ReservedKey, reserveKey, type StoredAnswer } from '../../database/workspace/idempotency.ts';
import { GateRefusal, NotFound, Refusal } from '../../domain/failures.ts';
import type { CompleteAnswer } from '../../domain/offboarding/completion.ts';
import { NoAnswerYet, NotStarted, newToken } from '../../engine/console-client.ts';
import { actorLabel } from '../http/pages/actor-label.ts';
import { timesBy } from '../http/pages/times.ts';
import type { Services } from '../http/services.ts';
import { completeOffboardingOf } from '../offboarding/complete-offboarding.ts';
import { whyNotCompleted } from '../offboarding/result-messages.ts';
import { tokenActorOf } from './http/authentication.ts';
import type { Endpoint } from './http/endpoint-types.ts';
import { type Answer, asStored, sendAnswer } from './http/endpoints.ts';
import { responseField } from './http/fields.ts';
import { keyedCallOf } from './http/idempotency-key.ts';
import { readBody } from './http/read-body.ts';
import { readQuery } from './http/read-query.ts';
import { userSchema } from './user-schema.ts';
import { externalIdOf } from './users.ts';

/** How long an Idempotency-Key stays locked, in milliseconds: longer than any call waits for Temporal. */
const keyLockMs = 15_000;

/** A caller has no clock, so its texts name UTC. */
const utc = timesBy({ zone: 'UTC', isNamed: true });

const nothing = z
  .strictObject({}, { error: 'Expected an empty JSON object, or no body.' })
  .meta({ id: 'Nothing' });

const completionSchema = z
  .strictObject({
    outcome: z.enum(['completed', 'already-completed']),
    completedBy: responseField.text().meta({ description: '`user:<id>` or `token:<name>`.' }),
    completedAt: responseField.dateTime(),
    user: userSchema,
  })
  .meta({ id: 'Completion' });

const noAnswerSchema = z
  .strictObject({ outcome: z.literal('no-answer-yet'), detail: z.string() })
  .meta({ id: 'NoAnswerYet' });

export const completionApi = (services: Services) => {
  const { em } = services.database;

  const handler: RequestHandler = async (request, response) => {
    readQuery(request, undefined);
    if (request.body !== undefined) readBody(request, nothing);
    const externalId = externalIdOf(request);
    const user = await readApiUser(em, externalId);
    if (user === null) throw new NotFound('person');
    const person = { id: user.id, externalId };
    const call = keyedCallOf(request, response, null);
    if (call === null) return sendAnswer(response, await ask(request, response, person, newToken()));

    const reserved = await reserveKey(em, call, keyLockMs);
    if (!('since' in reserved)) return sendAnswer(response, reserved, true);
    const { since } = reserved;
    const token = updateTokenOf(call.tokenId, call.key, since);
    sendAnswer(response, await storeUnder(reserved, () => ask(request, response, person, token, since)));
  };

  /** Completes through the leaver's workflow; the same token completes only once. Answers 202 on a timeout. */
  async function ask(
    request: Request,
    response: Response,
    person: { id: number; externalId: string },
    token: string,
    since?: Date,
  ): Promise<StoredAnswer> {
    const actor = tokenActorOf(response);
    const update = { actor, token, requestId: request.id };
    try {
      const outcome = await completeOffboardingOf(services, person.id, update);
      return asStored(await answerOf(asOwnCompletion(outcome, actor, since), person.externalId));
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      return asStored({ status: 202, body: { outcome: 'no-answer-yet', detail: noAnswerYet } });
    }
  }

  async function answerOf(outcome: CompleteAnswer, externalId: string): Promise<Answer> {
    if (outcome.outcome === 'still-open') throw new GateRefusal(outcome.counts);
    if (outcome.outcome !== 'completed' && outcome.outcome !== 'already-completed') {
      const code = outcome.outcome === 'refused' ? outcome.reason : outcome.outcome;
      const { text, at } = whyNotCompleted(outcome, actorLabel);
      throw new Refusal(code, at === undefined ? text : `${text} on ${utc.time(at)}.`);
    }
    return {
      body: {
        outcome: outcome.outcome,
        completedBy: outcome.by,
        completedAt: new Date(outcome.at).toISOString(),
        user: await readApiUser(em, externalId),
      },
    };
  }

  const complete: Endpoint = {
    summary: 'Complete an offboarding',
    detail: "Marks the person as offboarded, as in the console. This can't be undone.",
    body: { schema: nothing, optional: true },
    keyed: true,
    answers: {
      200: { description: 'The offboarding is completed.', schema: completionSchema },
      202: {
        description: 'No response in time. The completion may still happen within a minute.',
        schema: noAnswerSchema,
      },
    },
    problems: {
      409: '`still-open`: items are still open; `hardware`, `software` and `requests` are their counts. `cancelled`. `last-super-admin`. `completed-by-hand`: completed directly in the database. `still-running`: a call with the same Idempotency-Key is running.',
    },
    handler,
  };
  return { complete };
};

/** The key is hashed, because a key may hold a name and Temporal stores update ids unencrypted. */
const updateTokenOf = (tokenId: number, key: string, since: Date): string =>
  createHash('sha256')
    .update(JSON.stringify([tokenId, key, since]))
    .digest('base64url');

/** Stores the response under the Idempotency-Key; refusals and errors release it, so that the call can be repeated. */
async function storeUnder(key: ReservedKey, ask: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
  try {
    const answer = await ask();
    await (answer.status === 202 ? key.release() : key.storeAnswer(answer));
    return answer;
  } catch (error) {
    await (error instanceof Refusal || error instanceof NotStarted ? key.remove() : key.release());
    throw error;
  }
}

/**
 * A completion by the same token since the key was first used is this call's own, whose response was lost. So it is
 * answered as completed, not as already completed.
 */
const asOwnCompletion = (outcome: CompleteAnswer, actor: string, since: Date | undefined): CompleteAnswer =>
  since !== undefined &&
  outcome.outcome === 'already-completed' &&
  outcome.by === actor &&
  outcome.at >= since.getTime()
    ? { ...outcome, outcome: 'completed' }
    : outcome;

const noAnswerYet =
  'No response yet. The completion may still happen within a minute. To check, call GET /api/v1/users/{externalId}.';
