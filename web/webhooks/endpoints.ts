import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { secretBox } from '../../database/core/secret-box.ts';
import { allowedRanges, endpointUrlProblem, typedUrlProblem } from '../../database/webhooks/address.ts';
import { endpointById, type ListedEndpoint, listEndpoints } from '../../database/webhooks/endpoint-list.ts';
import {
  activateEndpoint,
  createEndpoint,
  deleteEndpoint,
  pauseEndpoint,
  updateEndpoint,
} from '../../database/webhooks/endpoints.ts';
import { testEndpoint } from '../../database/webhooks/replays.ts';
import { rotateSecret } from '../../database/webhooks/secrets.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import { attemptOutcomes } from '../../domain/webhooks/attempts.ts';
import { disablingReasons } from '../../domain/webhooks/health.ts';
import {
  type ChosenEventType,
  chosenEventTypes,
  endpointStates,
  webhookEvents,
} from '../../domain/webhooks/webhooks.ts';
import { plural } from '../../domain/wording/plural.ts';
import { optionalText, text } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn } from '../http/forms/request.ts';
import { flashSecrets } from '../http/pages/flash-secret.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { done, notify, page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';

const address = '/settings/webhooks';
const usualChoice: ChosenEventType[] = ['user.offboarded'];

/** One checkbox sends a text, several send a list. Without any the default is `usualChoice`. */
const eventTypes = z.preprocess(
  (value) => (value === undefined ? usualChoice : [...new Set([value].flat())].filter((type) => type !== '')),
  z
    .array(z.enum(chosenEventTypes, { error: `Choose from: ${chosenEventTypes.join(', ')}.` }))
    .min(1, { error: 'Choose at least one event.' }),
);

/** In characters. Parsing may lengthen an address, because it encodes what is not ASCII. */
const longestUrl = 2000;
const tooLong = `At most ${longestUrl} characters.`;
const endpointForm = z.object({ url: text(longestUrl), description: optionalText(200), eventTypes });

export const endpointPages = (services: Services) => {
  const { em } = services.database;
  const { environment } = services;
  const box = secretBox(environment.SECRET_KEY);
  const allowed = allowedRanges(environment.WEBHOOK_ALLOW);
  const flash = flashSecrets(services);

  const index: RequestHandler = async (request, response) =>
    page(response, 'settings/webhooks', {
      title: 'Webhooks',
      alert: noteOf(response).alert ?? null,
      endpoints: await listEndpoints(em),
      words: { outcomes: attemptOutcomes, states: endpointStates, reasons: disablingReasons },
      secret: flash.take(request, response, address),
    });

  const blank: RequestHandler = (_request, response) => formPage(response, null, { eventTypes: usualChoice });

  const create: RequestHandler = async (request, response) => {
    const { secret } = await createEndpoint(em, actorOf(response), readEndpoint(request.body), box);
    flash.showAt(response, address, secret);
  };

  const edit: RequestHandler = async (request, response) => {
    const endpoint = await existingEndpoint(endpointIn(request));
    formPage(response, endpoint, { ...endpoint });
  };

  const update: RequestHandler = async (request, response) => {
    const { id } = await existingEndpoint(endpointIn(request));
    const fields = readEndpoint(request.body);
    await updateEndpoint(em, actorOf(response), id, fields);
    return done(request, response, address, `Endpoint ${hostOf(fields)} saved.`);
  };

  const pause: RequestHandler = async (request, response) => {
    const id = endpointIn(request);
    const givenUp = await pauseEndpoint(em, actorOf(response), id);
    const host = hostOf(await endpointById(em, id));
    const rest =
      givenUp > 0
        ? ` ${plural(givenUp, 'pending delivery', 'pending deliveries')} stopped and can be sent later.`
        : '';
    return done(request, response, address, `Endpoint ${host} paused.${rest}`);
  };

  const resume: RequestHandler = async (request, response) => {
    const id = endpointIn(request);
    await activateEndpoint(em, actorOf(response), id);
    const { missed, url } = await endpointById(em, id);
    const turnedOn = `Endpoint ${hostOf({ url })} turned on.`;
    if (missed === 0) return done(request, response, address, turnedOn);
    const text = `${turnedOn} You can send the undelivered events again here.`;
    return done(request, response, `${address}/${id}/deliveries?state=missed`, text);
  };

  const rotate: RequestHandler = async (request, response) => {
    const secret = await rotateSecret(em, actorOf(response), endpointIn(request), box);
    flash.showAt(response, address, secret);
  };

  const test: RequestHandler = async (request, response) => {
    const id = endpointIn(request);
    const deliveryId = await testEndpoint(em, actorOf(response), id);
    notify(response, { tone: 'success', text: 'Test queued. This page updates.' });
    response.redirect(303, `${address}/${id}/deliveries/${deliveryId}`);
  };

  const destroy: RequestHandler = async (request, response) => {
    const id = endpointIn(request);
    const host = hostOf(await endpointById(em, id));
    await deleteEndpoint(em, actorOf(response), id);
    return done(request, response, address, `Endpoint ${host} removed.`);
  };

  /** The URL is stored as it was parsed, because that is where deliveries go. */
  function readEndpoint(body: unknown) {
    const fields = readForm(endpointForm, body);
    const problem = typedUrlProblem(fields.url) ?? endpointUrlProblem(fields.url, allowed);
    if (problem !== null) throw new InvalidInput({ url: problem });
    const url = new URL(fields.url).href;
    if (url.length > longestUrl) throw new InvalidInput({ url: tooLong });
    return { ...fields, url };
  }

  async function existingEndpoint(id: number): Promise<ListedEndpoint> {
    const endpoint = await endpointById(em, id);
    if (endpoint.state === 'deleted') throw new NotFound('webhook endpoint');
    return endpoint;
  }

  /** The form of a new endpoint (null) or an existing one; after a refusal with the typed values. */
  function formPage(response: Response, endpoint: ListedEndpoint | null, known: Record<string, unknown>) {
    const note = noteOf(response);
    const values: Record<string, unknown> = note.values ?? known;
    page(response, 'settings/webhook-form', {
      title: endpoint === null ? 'Add webhook endpoint' : 'Edit webhook endpoint',
      endpoint,
      values: { ...values, eventTypes: [values.eventTypes ?? []].flat() },
      errors: note.errors ?? {},
      events: Object.entries(webhookEvents),
    });
  }

  return { index, new: blank, create, edit, update, pause, resume, rotateSecret: rotate, test, destroy };
};

/** The host of an endpoint, because the rest of its address may hold a secret. */
const hostOf = ({ url }: { url: string }): string => (URL.canParse(url) ? new URL(url).host : '…');

const endpointIn = (request: Request): number => idIn(request, 'endpointId', 'webhook endpoint');
