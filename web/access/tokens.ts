import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import {
  createToken,
  listTokens,
  revokeToken,
  tokenById,
  updateToken,
} from '../../database/access/tokens.ts';
import type { scopes } from '../../domain/access/scopes.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { identifier } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { flashSecrets } from '../http/pages/flash-secret.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

const address = '/settings/tokens';

/** One checkbox sends a text, several send a list. */
const chosen = z.preprocess((value) => [value ?? []].flat(), z.array(z.string()).max(50));
const tokenForm = z.object({ name: identifier(60), scopes: chosen });

/** The labels of the scopes in the form. */
const scopeWords: Record<(typeof scopes)[number], string> = {
  'users:read': 'Read people',
  'users:write': 'Add and change people, and set end dates',
  'assets:write': 'Assign and recover assets',
  'seats:write': 'Give seats of licenses',
  'requests:write': 'Make requests',
  'offboardings:read': 'Read offboardings',
  'offboardings:complete': 'Mark people offboarded',
  'imports:write': 'Import people from a file',
};

export const tokenPages = (services: Services) => {
  const { em } = services.database;
  const flash = flashSecrets(services);

  const index: RequestHandler = async (request, response) =>
    page(response, 'settings/tokens', {
      title: 'API tokens',
      tokens: await listTokens(em),
      value: flash.take(request, response, address),
    });

  const blank: RequestHandler = (_request, response) => formPage(response, null);

  const create: RequestHandler = async (request, response) => {
    const fields = readForm(tokenForm, request.body);
    const { value } = await createToken(em, actorOf(response), fields).catch(nameTaken);
    flash.showAt(response, address, value);
  };

  const edit: RequestHandler = (request, response) => formPage(response, idIn(request, 'tokenId', 'token'));

  const update: RequestHandler = async (request, response) => {
    const id = idIn(request, 'tokenId', 'token');
    await updateToken(em, actorOf(response), id, readForm(tokenForm, request.body)).catch(nameTaken);
    return done(request, response, address, 'The token has been saved.');
  };

  const revoke: RequestHandler = async (request, response) => {
    await revokeToken(em, actorOf(response), idIn(request, 'tokenId', 'token'));
    return done(request, response, address, 'The token has been revoked.');
  };

  /** The form of a new token (null) or an existing one; after a refusal with the typed values. */
  async function formPage(response: Response, tokenId: number | null) {
    const note = noteOf(response);
    const token = tokenId === null ? null : await tokenById(em, tokenId);
    const { name, scopes }: { name?: unknown; scopes?: unknown } = note.values ?? token ?? {};
    page(response, 'settings/token-form', {
      title: token === null ? 'New API token' : `Edit ${token.name}`,
      token,
      values: { name, scopes: [scopes ?? []].flat() },
      errors: note.errors ?? {},
      alert: note.alert ?? null,
      scopes: Object.entries(scopeWords),
    });
  }

  return { index, new: blank, create, edit, update, revoke };
};

/** Shows the refusal of a used name beside its field. */
function nameTaken(error: unknown): never {
  if (error instanceof Refusal && error.code === 'token-name-taken') {
    throw new InvalidInput({ name: error.message });
  }
  throw error;
}
