import type { RequestHandler } from 'express';
import { z } from 'zod';
import {
  addPasskey,
  removePasskey,
  renamePasskey,
} from '../../../database/access/second-factors/passkeys.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { ceremonies } from '../../access/second-factors/ceremonies.ts';
import { text } from '../../http/forms/fields.ts';
import { readForm } from '../../http/forms/read-form.ts';
import { idIn } from '../../http/forms/request.ts';
import { done } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { signedIn } from '../../http/signed-in.ts';
import { factorsAddress } from './factors.ts';

const nameForm = z.object({ name: text(60) });

/** Adding, naming and removing the signed-in person's own passkeys. */
export const passkeyPages = (services: Services) => {
  const { em } = services.database;
  const { beginAdding, finishAdding } = ceremonies(services);

  const begin: RequestHandler = async (_request, response) => {
    response.json(await beginAdding(response, signedIn(response)));
  };

  const create: RequestHandler = async (request, response) => {
    const { id } = signedIn(response);
    const { name } = readForm(nameForm, request.body);
    if (!request.body.credential)
      throw new InvalidInput({ name: 'Passkeys need JavaScript. Turn it on, and try again.' });
    const made = await finishAdding(request, response, id);
    if (made === null) throw new InvalidInput({ name: "That didn't work. Try again." });
    await addPasskey(em, id, { name, ...made });
    return done(request, response, factorsAddress, `Passkey ${name} added.`);
  };

  const update: RequestHandler = async (request, response) => {
    const passkeyId = idIn(request, 'passkeyId', 'passkey');
    const { name } = readForm(nameForm, request.body);
    await renamePasskey(em, signedIn(response).id, passkeyId, name);
    return done(request, response, factorsAddress, `Passkey ${name} saved.`);
  };

  const destroy: RequestHandler = async (request, response) => {
    await removePasskey(em, signedIn(response).id, idIn(request, 'passkeyId', 'passkey'));
    return done(request, response, factorsAddress, 'Passkey removed.');
  };

  return { begin, create, update, destroy };
};
