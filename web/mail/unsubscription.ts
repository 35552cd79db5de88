import type { RequestHandler } from 'express';
import { unsubscribe } from '../../database/mail/preferences.ts';
import { mailTokens, type UnsubscribeRequest } from '../../database/mail/tokens.ts';
import { NotFound } from '../../domain/failures.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';

/** Unsubscribing from a kind of mail by the link in a mail. */
export const unsubscriptionPages = ({ database: { em }, environment }: Services) => {
  const tokens = mailTokens(environment.SECRET_KEY);

  /** Asks for a confirmation, because mail programs open links before people do. */
  const blank: RequestHandler = (request, response) => {
    const { kind } = readToken(String(request.params.token));
    page(response, 'unsubscribe/show', { title: 'Unsubscribe', kind, isStopped: false });
  };

  /** Unsubscribes without signing in. Mail programs post here too (RFC 8058). */
  const create: RequestHandler = async (request, response) => {
    const { userId, kind } = readToken(String(request.params.token));
    await unsubscribe(em, userId, kind);
    page(response, 'unsubscribe/show', { title: 'Unsubscribed', kind, isStopped: true });
  };

  function readToken(token: string): UnsubscribeRequest {
    const found = tokens.read(token);
    if (found === null) throw new NotFound('link');
    return found;
  }

  return { new: blank, create };
};
