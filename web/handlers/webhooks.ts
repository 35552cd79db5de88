import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { secretBox } from '../../database/secret-box.ts';
import { allowedRanges, endpointUrlProblem } from '../../database/webhook-address.ts';
import { endpointById, type ListedEndpoint, listEndpoints } from '../../database/webhook-history.ts';
import {
  createEndpoint,
  deleteEndpoint,
  setEndpointPaused,
  updateEndpoint,
} from '../../database/webhooks.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import { attemptOutcomes } from '../../domain/webhook-attempts.ts';
import { chosenEventTypes as webhookEventTypes } from '../../domain/webhooks.ts';
import { optionalText, orFieldErrors, readForm, text } from '../forms.ts';
import { done, page } from '../rendering.ts';
import { idIn } from '../requests.ts';
import type { Services } from '../services.ts';
import { shownOnce } from '../shown-once.ts';
import { actorOf } from '../signed-in.ts';

const address = '/settings/webhooks';

/** One checkbox sends a text, several send a list; none at all means every event there is. */
const eventTypes = z
  .preprocess(
    (value) => [value ?? []].flat(),
    z
      .array(z.enum(webhookEventTypes, { error: `Please choose one of: ${webhookEventTypes.join(', ')}.` }))
      .max(50),
  )
  .transform((types) => (types.length === 0 ? [...webhookEventTypes] : [...new Set(types)]));
const endpointForm = z.object({ url: text(2000), description: optionalText(200), eventTypes });

export const webhookPages = (services: Services) => {
  const { em } = services.database;
  const { environment } = services;
  const box = secretBox(environment.SECRET_KEY);
  const allowed = allowedRanges(environment.WEBHOOK_ALLOW);
  const once = shownOnce(services);

  const list: RequestHandler = async (request, response) =>
    page(response, 'settings/webhooks', {
      title: 'Webhooks',
      endpoints: await listEndpoints(em),
      outcomes: attemptOutcomes,
      secret: once.take(request, response, address),
    });

  const add: RequestHandler = (_request, response) =>
    formPage(response, null, { eventTypes: [...webhookEventTypes] });

  const create: RequestHandler = (request, response) =>
    orFieldErrors(
      async () => {
        const { secret } = await createEndpoint(em, actorOf(response), readEndpoint(request.body), box);
        once.showAt(response, address, secret);
      },
      (errors) => formPage(response.status(422), null, request.body ?? {}, errors),
    );

  const edit: RequestHandler = async (request, response) => {
    const endpoint = await livingEndpoint(idIn(request, 'endpointId', 'webhook endpoint'));
    formPage(response, endpoint, { ...endpoint });
  };

  const update: RequestHandler = async (request, response) => {
    const endpoint = await livingEndpoint(idIn(request, 'endpointId', 'webhook endpoint'));
    return orFieldErrors(
      async () => {
        await updateEndpoint(em, actorOf(response), endpoint.id, readEndpoint(request.body));
        return done(request, response, address, 'Saved.');
      },
      (errors) => formPage(response.status(422), endpoint, request.body ?? {}, errors),
    );
  };

  const setPaused =
    (paused: boolean): RequestHandler =>
    async (request, response) => {
      await setEndpointPaused(em, actorOf(response), idIn(request, 'endpointId', 'webhook endpoint'), paused);
      const text = paused
        ? 'Paused: nothing more is sent there, and what was on its way is given up.'
        : 'Events are sent there again.';
      return done(request, response, address, text);
    };

  const remove: RequestHandler = async (request, response) => {
    await deleteEndpoint(em, actorOf(response), idIn(request, 'endpointId', 'webhook endpoint'));
    return done(request, response, address, 'The endpoint has been removed.');
  };

  function readEndpoint(body: unknown) {
    const fields = readForm(endpointForm, body);
    const problem = endpointUrlProblem(fields.url, allowed);
    if (problem !== null) throw new InvalidInput({ url: problem });
    return fields;
  }

  async function livingEndpoint(id: number): Promise<ListedEndpoint> {
    const endpoint = await endpointById(em, id);
    if (endpoint.state === 'deleted') throw new NotFound('webhook endpoint');
    return endpoint;
  }

  function formPage(
    response: Response,
    endpoint: ListedEndpoint | null,
    values: Record<string, unknown>,
    errors: Readonly<Record<string, string>> = {},
  ) {
    page(response, 'settings/webhook-form', {
      title: endpoint === null ? 'New webhook endpoint' : 'Edit the webhook endpoint',
      endpoint,
      values: { ...values, eventTypes: [values.eventTypes ?? []].flat() },
      errors,
      eventTypes: webhookEventTypes,
    });
  }

  return { list, add, create, edit, update, pause: setPaused(true), resume: setPaused(false), remove };
};
