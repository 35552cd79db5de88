import type { Request, RequestHandler, Response } from 'express';
import { removeApp } from '../../../database/access/second-factors/authenticator-app.ts';
import { secondFactorsOf } from '../../../database/access/second-factors/factors.ts';
import { makeRecoveryCodes } from '../../../database/access/second-factors/recovery-codes.ts';
import { passkeyObstacle } from '../../access/second-factors/relying-party.ts';
import { asksFirst, confirmationPage } from '../../http/pages/confirmation.ts';
import { flashSecrets } from '../../http/pages/flash-secret.ts';
import { noteOf } from '../../http/pages/page-note.ts';
import { done, page } from '../../http/pages/rendering.ts';
import type { Services } from '../../http/services.ts';
import { signedIn } from '../../http/signed-in.ts';
import { browserLabel } from '../browser-label.ts';

/** The page of a person's own second factors. */
export const factorsAddress = '/me/second-factor';

/** Renders the page of a person's own second factors, and removes their authenticator app. */
export const factorPages = (services: Services) => {
  const { database, environment } = services;
  const { em } = database;
  const flash = flashSecrets(services);

  const show: RequestHandler = async (request, response) => {
    const me = signedIn(response);
    const { values = {}, errors = {}, alert = null } = noteOf(response);
    page(response, 'me/factors/show', {
      title: 'Second factor',
      alert,
      factors: await secondFactorsOf(em, me.id),
      codes: codesToShow(request, response),
      obstacle: passkeyObstacle(environment),
      values: { name: browserLabel(request.get('User-Agent') ?? ''), ...values },
      errors,
    });
  };

  /** The codes that were just made, one a line. */
  const codesToShow = (request: Request, response: Response) =>
    flash.take(request, response, factorsAddress)?.split(' ').join('\n') ?? null;

  const destroyApp: RequestHandler = async (request, response) => {
    if (asksFirst(request)) return confirmationPage(request, response, removalQuestion);
    await removeApp(em, signedIn(response).id);
    return done(request, response, factorsAddress, 'Authenticator app removed.');
  };

  const createCodes: RequestHandler = async (_request, response) => {
    const codes = await makeRecoveryCodes(em, signedIn(response).id);
    flash.showAt(response, factorsAddress, codes.join(' '));
  };

  return { show, destroyApp, createCodes };
};

const removalQuestion = {
  title: 'Remove your authenticator app?',
  effects: ['Its codes and your recovery codes stop working.'],
  button: 'Remove authenticator app',
  action: `${factorsAddress}/app/removal`,
  back: { label: 'Keep it', address: factorsAddress },
};
