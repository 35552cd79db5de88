import type { Request, RequestHandler, Response } from 'express';
import { toString as qrCode } from 'qrcode';
import { z } from 'zod';
import { isHttps } from '../../../config/environment.ts';
import {
  addApp,
  appAddress,
  newAppSecret,
} from '../../../database/access/second-factors/authenticator-app.ts';
import { secondFactorsOf } from '../../../database/access/second-factors/factors.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { InvalidInput } from '../../../domain/failures.ts';
import { readForm } from '../../http/forms/read-form.ts';
import { flashSecrets } from '../../http/pages/flash-secret.ts';
import { noteOf } from '../../http/pages/page-note.ts';
import { page } from '../../http/pages/rendering.ts';
import { sealedCookie } from '../../http/sealed-cookie.ts';
import type { Services } from '../../http/services.ts';
import { signedIn } from '../../http/signed-in.ts';
import { factorsAddress } from './factors.ts';

const codeForm = z.object({
  code: z.string().trim().min(1, { error: 'Enter the code from your app.' }).max(20, {
    error: 'At most 20 characters.',
  }),
});

/** A secret that waits for its first code. */
const content = z.strictObject({ secret: z.string(), userId: z.int() });

/** Setting up an authenticator app. The secret is stored when its first code is right, so that opening the page changes nothing. */
export const appPages = (services: Services) => {
  const { database, environment } = services;
  const { em } = database;
  const flash = flashSecrets(services);
  const box = secretBox(environment.SECRET_KEY);
  const begun = sealedCookie(services, {
    name: isHttps(environment) ? '__Host-lastday-app' : 'lastday-app',
    purpose: 'secret of an authenticator app',
    sameSite: 'strict',
    lifetimeMs: 15 * 60_000,
    content,
  });

  const blank: RequestHandler = async (request, response) => {
    const me = signedIn(response);
    if ((await secondFactorsOf(em, me.id)).appSince !== null) return response.redirect(303, factorsAddress);
    const secret = secretFor(request, response);
    const svg = await qrCode(appAddress(secret, me.email, 'Lastday'), { type: 'svg', margin: 2 });
    page(response, 'me/factors/app', {
      title: 'Set up an authenticator app',
      secret: secret.match(/.{1,4}/g)!.join(' '),
      qrCode: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
      errors: noteOf(response).errors ?? {},
    });
  };

  const create: RequestHandler = async (request, response) => {
    const { id } = signedIn(response);
    const { code } = readForm(codeForm, request.body);
    const pending = begun.read(request);
    if (pending?.userId !== id)
      throw new InvalidInput({ code: 'This page was open too long. Scan the new code below.' });
    const codes = await addApp(em, id, { secret: pending.secret, code, box });
    begun.take(request, response);
    flash.showAt(response, factorsAddress, codes.join(' '));
  };

  /** The secret that this browser is setting up, so that reloading does not change it, or a new one. */
  function secretFor(request: Request, response: Response): string {
    const { id } = signedIn(response);
    const pending = begun.read(request);
    if (pending?.userId === id) return pending.secret;
    const secret = newAppSecret();
    begun.set(response, { secret, userId: id });
    return secret;
  }

  return { new: blank, create };
};
