import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { refusedCalls } from '../../database/access/token-limit.ts';
import {
  createToken,
  letTokenContinue,
  listTokens,
  revokeToken,
  tokenById,
  updateToken,
} from '../../database/access/tokens.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import type { ApiToken } from '../../database/entities/index.ts';
import {
  continuations,
  continuesUntil,
  refusedCallsKeptDays,
  removalLabels,
} from '../../domain/access/removals.ts';
import type { scopes } from '../../domain/access/scopes.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { choice, identifier } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, pageIn, queryText } from '../http/forms/request.ts';
import { flashSecrets } from '../http/pages/flash-secret.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

const address = '/settings/tokens';

/** One checkbox sends a text, several send a list. */
const chosen = z.preprocess((value) => [value ?? []].flat(), z.array(z.string()).max(50));
const tokenForm = z.object({ name: identifier(60), scopes: chosen });
const continuationForm = z.object({ until: choice(continuations) });

/** The labels of the scopes in the form. */
const scopeWords: Record<(typeof scopes)[number], string> = {
  'users:read': 'Read people',
  'users:write': 'Add and edit people, set end dates',
  'assets:write': 'Assign and recover assets',
  'seats:write': 'Assign license seats',
  'requests:write': 'Create requests',
  'offboardings:read': 'Read offboardings',
  'offboardings:complete': 'Mark people offboarded',
  'imports:write': 'Import people from a file',
  scim: 'Provision people from a directory (SCIM)',
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

  const blank: RequestHandler = (request, response) => formPage(request, response, null);

  const create: RequestHandler = async (request, response) => {
    const fields = readForm(tokenForm, request.body);
    const { value } = await createToken(em, actorOf(response), fields).catch(nameTaken);
    flash.showAt(response, address, value);
  };

  const edit: RequestHandler = (request, response) =>
    formPage(request, response, idIn(request, 'tokenId', 'token'));

  const update: RequestHandler = async (request, response) => {
    const id = idIn(request, 'tokenId', 'token');
    const fields = readForm(tokenForm, request.body);
    await updateToken(em, actorOf(response), id, fields).catch(nameTaken);
    return done(request, response, address, `Token ${fields.name} saved.`);
  };

  const revoke: RequestHandler = async (request, response) => {
    const { id, name } = await tokenById(em, idIn(request, 'tokenId', 'token'));
    await revokeToken(em, actorOf(response), id);
    return done(request, response, address, `Token ${name} revoked.`);
  };

  /** Lets a token exceed its limit for a chosen time. */
  const continueBeyondLimit: RequestHandler = async (request, response) => {
    const id = idIn(request, 'tokenId', 'token');
    const { until } = readForm(continuationForm, request.body);
    const { timeZone } = await workspaceOf(em.fork());
    await letTokenContinue(em, actorOf(response), id, continuesUntil(until, timeZone, new Date()));
    return done(request, response, `${address}/${id}/edit`, 'The token can continue. Run the sync again.');
  };

  /** The form of a new token (null) or an existing one; after a refusal with the typed values. */
  async function formPage(request: Request, response: Response, tokenId: number | null) {
    const note = noteOf(response);
    const token = tokenId === null ? null : await tokenById(em, tokenId);
    const typed =
      note.values !== undefined && 'name' in note.values
        ? note.values
        : (token ?? { scopes: queryText(request, 'scopes') });
    const { name, scopes }: { name?: unknown; scopes?: unknown } = typed;
    page(response, 'settings/token-form', {
      title: token === null ? 'Create API token' : `Edit ${token.name}`,
      token,
      values: { name, scopes: [scopes ?? []].flat(), until: note.values?.until },
      errors: note.errors ?? {},
      alert: note.alert ?? null,
      scopes: Object.entries(scopeWords),
      ...(token !== null && (await limitOf(request, token))),
    });
  }

  /** The limit on what a token takes away, and the calls that it has refused. */
  async function limitOf(request: Request, { id, unlimitedUntil }: ApiToken) {
    const { tokenLimit, tokenLimitCount, tokenLimitPercent } = await workspaceOf(em.fork());
    return {
      limit: { isOn: tokenLimit === 'on', count: tokenLimitCount, percent: tokenLimitPercent },
      unlimitedUntil: unlimitedUntil && unlimitedUntil > new Date() ? unlimitedUntil : null,
      refused: await refusedCalls(em, id, pageIn(request)),
      removalLabels,
      keptDays: refusedCallsKeptDays,
    };
  }

  return { index, new: blank, create, edit, update, revoke, continue: continueBeyondLimit };
};

/** Shows the refusal of a used name beside its field. */
function nameTaken(error: unknown): never {
  if (error instanceof Refusal && error.code === 'token-name-taken') {
    throw new InvalidInput({ name: error.message });
  }
  throw error;
}
