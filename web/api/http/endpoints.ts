import type { Request, Response } from 'express';
import type { z } from 'zod';
import { listRefusedCall } from '../../../database/access/token-limit.ts';
import type { EntityManager } from '../../../database/core/orm.ts';
import { answerOnce, type StoredAnswer } from '../../../database/workspace/idempotency.ts';
import { RemovalRefusal } from '../../../domain/access/removals.ts';
import type { Actor } from '../../../domain/actor.ts';
import { tokenActorOf, tokenOf } from './authentication.ts';
import type { Endpoint, EndpointDescription } from './endpoint-types.ts';
import { keyedCallOf } from './idempotency-key.ts';
import { etagOfText, matchesIfNoneMatch } from './preconditions.ts';
import { readBody } from './read-body.ts';
import { readQuery } from './read-query.ts';
import { writeLimit } from './write-limit.ts';

/** Whether an endpoint returns a state as JSON, with an ETag. */
export const showsState = ({ body, answers }: EndpointDescription): boolean =>
  body === undefined && Object.values(answers).every((answer) => 'schema' in answer);

/** A validated call. */
export interface Call<Query, Body> {
  request: Request;
  query: Query;
  body: Body;
  actor: Actor;
  tokenId: number;
}

/** The response of an endpoint. `status` is 200 when it is left out. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

type Read<Schema> = Schema extends z.ZodType ? z.infer<Schema> : Record<string, never>;

/** An endpoint that only reads. Its response has an ETag; it is a 304 when the caller already has that state. */
export const readEndpoint = <Query extends z.ZodObject | undefined = undefined>({
  answer,
  ...description
}: EndpointDescription & {
  query?: Query;
  answer(call: Omit<Call<Read<Query>, undefined>, 'body'>): Promise<Answer>;
}): Endpoint => ({
  ...description,
  handler: async (request, response) => {
    const query = readQuery(request, description.query) as Read<Query>;
    const ready = asStored(await answer({ request, query, ...callerOf(response) }));
    const headers = { ETag: etagOfText(ready.body), ...ready.headers };
    if (matchesIfNoneMatch(request, headers.ETag)) response.set(headers).status(304).end();
    else sendAnswer(response, { ...ready, headers });
  },
});

/**
 * An endpoint that writes, in one transaction, and once for each Idempotency-Key. `answer` gets an entity manager
 * inside that transaction.
 */
export const writeEndpoint = <Body extends z.ZodType>(
  em: EntityManager,
  {
    answer,
    body,
    ...description
  }: Omit<EndpointDescription, 'body' | 'keyed'> & {
    body: Body;
    answer(call: Call<Record<string, never>, z.infer<Body>>, em: EntityManager): Promise<Answer>;
  },
): Endpoint => ({
  ...description,
  body: { schema: body },
  keyed: true,
  handler: async (request, response) => {
    const query = readQuery(request, undefined) as Record<string, never>;
    const read = readBody(request, body);
    const call = { request, query, body: read, ...callerOf(response) };
    const answered = await writeLimit
      .runExclusive(async () =>
        isDisconnected(response)
          ? null
          : answerOnce(em, keyedCallOf(request, response, read), async (transaction) =>
              asStored(await answer(call, transaction)),
            ),
      )
      .catch((error: unknown) => listIfLimited(em, error));
    if (answered !== null) sendAnswer(response, answered.answer, answered.replayed);
  },
});

const callerOf = (response: Response) => ({ actor: tokenActorOf(response), tokenId: tokenOf(response).id });

/** Lists a call that the token's limit refused, after its transaction was rolled back. Throws the error. */
async function listIfLimited(em: EntityManager, error: unknown): Promise<never> {
  if (error instanceof RemovalRefusal) await listRefusedCall(em, error.removal);
  throw error;
}

/**
 * Whether the client has disconnected in the queue. It may have retried on another process, so running its call now
 * could overwrite the retry.
 */
const isDisconnected = (response: Response): boolean => response.closed;

/** The response as it is sent, and stored under an Idempotency-Key. */
export const asStored = ({ status = 200, headers = {}, body }: Answer): StoredAnswer => ({
  status,
  headers,
  body: JSON.stringify(body),
});

/** Sends a response; a replayed one says so in a header. */
export function sendAnswer(response: Response, { status, headers, body }: StoredAnswer, replayed = false) {
  if (replayed) response.set('Idempotent-Replayed', 'true');
  response.status(status).set(headers).type('json').send(body);
}
