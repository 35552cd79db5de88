import type { RequestHandler, Response } from 'express';
import { tokenActorOf } from '../../api/http/authentication.ts';
import type { Handler, ScimAnswer } from './call.ts';
import { etagOf } from './versions.ts';

/** Sends an answer as `application/scim+json`. */
export function sendScim(response: Response, { status, body, location, version }: ScimAnswer): void {
  response.status(status);
  if (location !== undefined) response.set('Location', location);
  if (version !== undefined) response.set('ETag', etagOf(version));
  if (body === undefined) response.end();
  else response.type('application/scim+json').send(JSON.stringify(body));
}

/** Answers requests by a handler. */
export const answering =
  (handler: Handler): RequestHandler =>
  async (request, response) => {
    const { id } = request.params;
    const answer = await handler({
      actor: tokenActorOf(response),
      id: typeof id === 'string' ? id : '',
      query: request.query,
      body: request.body,
      ifMatch: request.get('If-Match'),
      ifNoneMatch: request.get('If-None-Match'),
      isGone: () => response.closed,
    });
    sendScim(response, answer);
  };
