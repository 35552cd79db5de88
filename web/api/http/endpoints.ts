import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { EntityManager } from '../../../database/core/orm.ts';
import { answerOnce, type StoredAnswer } from '../../../database/workspace/idempotency.ts';
import type { Actor } from '../../../domain/actor.ts';
import { tokenActorOf } from './authentication.ts';
import { readBody } from './bodies.ts';
import type { Description, Endpoint } from './endpoint-types.ts';
import { keyedCallOf } from './idempotency-key.ts';
import { isKnownAlready, tagOfText } from './preconditions.ts';
import { readQuery } from './queries.ts';
import { writeLimit } from './write-limit.ts';

/** Whether an endpoint shows a state, in JSON with a tag. */
export const showsState = ({ body, answers }: Description): boolean =>
  body === undefined && Object.values(answers).every((answer) => 'schema' in answer);

/** A call as it was read and found valid. */
export interface Call<Query, Body> {
  request: Request;
  query: Query;
  body: Body;
  actor: Actor;
}

/** What to answer. Without a status 200. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

type Read<Schema> = Schema extends z.ZodType ? z.infer<Schema> : Record<string, never>;

/** An endpoint that changes nothing. Its answer has a tag, and whoever has it already gets none. */
export const reading = <Query extends z.ZodObject | undefined = undefined>({
  answer,
  ...said
}: Description & {
  query?: Query;
  answer(call: Omit<Call<Read<Query>, undefined>, 'body'>): Promise<Answer>;
}): Endpoint => ({
  ...said,
  handler: async (request, response) => {
    const query = readQuery(request, said.query) as Read<Query>;
    const ready = asStored(await answer({ request, query, actor: tokenActorOf(response) }));
    const headers = { ETag: tagOfText(ready.body), ...ready.headers };
    if (isKnownAlready(request, headers.ETag)) response.set(headers).status(304).end();
    else sendAnswer(response, { ...ready, headers });
  },
});

/**
 * An endpoint that changes something, in one transaction: under the same Idempotency-Key it does so once. `answer`
 * gets an entity manager inside that transaction.
 */
export const changing = <Body extends z.ZodType>(
  em: EntityManager,
  {
    answer,
    body,
    ...said
  }: Omit<Description, 'body' | 'keyed'> & {
    body: Body;
    answer(call: Call<Record<string, never>, z.infer<Body>>, em: EntityManager): Promise<Answer>;
  },
): Endpoint => ({
  ...said,
  body: { schema: body },
  keyed: true,
  handler: async (request, response) => {
    const query = readQuery(request, undefined) as Record<string, never>;
    const read = readBody(request, body);
    const call = { request, query, body: read, actor: tokenActorOf(response) };
    const answered = await writeLimit.runExclusive(async () =>
      hasGone(response)
        ? null
        : answerOnce(em, keyedCallOf(request, response, read), async (transaction) =>
            asStored(await answer(call, transaction)),
          ),
    );
    if (answered !== null) sendAnswer(response, answered.answer, answered.replayed);
  },
});

/** Whoever has given up waiting for a turn may ask again elsewhere: begun now, this could overwrite what came of that. */
const hasGone = (response: Response): boolean => response.closed;

/** An answer ready to be sent, or kept to be sent again. */
export const asStored = ({ status = 200, headers = {}, body }: Answer): StoredAnswer => ({
  status,
  headers,
  body: JSON.stringify(body),
});

/** Sends an answer; one that was given before says so. */
export function sendAnswer(response: Response, { status, headers, body }: StoredAnswer, replayed = false) {
  if (replayed) response.set('Idempotent-Replayed', 'true');
  response.status(status).set(headers).type('json').send(body);
}
