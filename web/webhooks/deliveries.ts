import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { endpointById } from '../../database/webhooks/endpoint-list.ts';
import {
  type DeliveryFilter,
  deliveryById,
  deliveryColumns,
  listDeliveries,
  newestFirst,
} from '../../database/webhooks/history.ts';
import { replayDelivery, replayUndeliveredSince } from '../../database/webhooks/replays.ts';
import { undeliveredTo } from '../../database/webhooks/undelivered.ts';
import { localIn, timeIn } from '../../domain/dates.ts';
import { Refusal } from '../../domain/failures.ts';
import { sentKeptDays } from '../../domain/retention.ts';
import { sortText } from '../../domain/sorting.ts';
import { attemptOutcomes, noResponseReasons } from '../../domain/webhooks/attempts.ts';
import {
  deliveryStates,
  endpointStates,
  webhookBody,
  webhookEventTypes,
} from '../../domain/webhooks/webhooks.ts';
import { plural } from '../../domain/wording/plural.ts';
import { NoAnswerYet } from '../../engine/console-client.ts';
import { localTime } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { idIn, pageIn, queryText } from '../http/forms/request.ts';
import { browserZone, clockOf } from '../http/pages/clock.ts';
import { noteOf } from '../http/pages/page-note.ts';
import { notify, page } from '../http/pages/rendering.ts';
import { sortIn } from '../http/pages/sorting.ts';
import type { Services } from '../http/services.ts';
import { actorOf } from '../http/signed-in.ts';
import { isUpToDate, refreshOf } from './delivery-refresh.ts';

const states = { ...deliveryStates, missed: 'Failed or not sent' };
const replayForm = z.object({ since: localTime(), zone: browserZone.optional() });

/** The deliveries of a webhook endpoint, and replaying them. */
export const deliveryPages = ({ database, engine }: Services) => {
  const { em } = database;

  const index: RequestHandler = async (request, response) => {
    const { alert = null, errors = {} } = noteOf(response);
    const endpoint = await endpointById(em, idIn(request, 'endpointId', 'webhook endpoint'));
    const filter = filterIn(request);
    const chosen = sortIn(request, deliveryColumns);
    const sort = chosen ?? newestFirst;
    const listing = await listDeliveries(em, endpoint.id, filter, pageIn(request), sort);
    const refresh = refreshOf(listing.rows);
    if (isUpToDate(request, refresh)) return void response.status(204).end();
    const missed = await undeliveredTo(em, endpoint.id);
    page(response, 'settings/deliveries', {
      title: 'Deliveries',
      // An error of the only field is shown beside it.
      alert: errors.since ? null : alert,
      endpoint,
      ...listing,
      filter,
      sort,
      chosenSort: chosen && sortText(chosen),
      missed: { ...missed, since: request.body?.since ?? minuteOf(missed.since, clockOf(response).zone) },
      errors,
      keptDays: sentKeptDays,
      refresh,
      words: { states, endpointStates, outcomes: attemptOutcomes, types: webhookEventTypes },
    });
  };

  const show: RequestHandler = async (request, response) => {
    const { endpointId, deliveryId } = idsIn(request);
    const endpoint = await endpointById(em, endpointId);
    const delivery = await deliveryById(em, endpointId, deliveryId);
    const refresh = refreshOf([delivery], queryText(request, 'asked') === 'now');
    if (isUpToDate(request, refresh)) return void response.status(204).end();
    page(response, 'settings/delivery', {
      title: `Delivery ${delivery.id}`,
      alert: noteOf(response).alert ?? null,
      endpoint,
      delivery,
      body: webhookBody(delivery),
      refresh,
      words: { states, endpointStates, outcomes: attemptOutcomes, noResponse: noResponseReasons },
    });
  };

  const tryNow: RequestHandler = async (request, response) => {
    const { endpointId, deliveryId } = idsIn(request);
    const delivery = await deliveryById(em, endpointId, deliveryId);
    if (delivery.state !== 'pending') {
      throw new Refusal('delivery-closed', 'This delivery is finished. Send it again instead.');
    }
    try {
      await engine.retryDelivery(delivery);
      notify(response, { tone: 'success', text: 'Sending the delivery now.' });
    } catch (error) {
      if (!(error instanceof NoAnswerYet)) throw error;
      notify(response, {
        tone: 'warning',
        text: 'No response yet. The next attempt stays as scheduled.',
      });
    }
    response.redirect(303, `${addressOf(endpointId, deliveryId)}?asked=now`);
  };

  const replay: RequestHandler = async (request, response) => {
    const { endpointId, deliveryId } = idsIn(request);
    const replayId = await replayDelivery(em, actorOf(response), endpointId, deliveryId);
    notify(response, { tone: 'success', text: 'Delivery queued again with the same webhook-id.' });
    response.redirect(303, addressOf(endpointId, replayId));
  };

  const replayMissed: RequestHandler = async (request, response) => {
    const { since, zone } = readForm(replayForm, request.body);
    const from = timeIn(zone ?? clockOf(response).zone, since);
    const endpointId = idIn(request, 'endpointId', 'webhook endpoint');
    const count = await replayUndeliveredSince(em, actorOf(response), endpointId, from);
    notify(response, { tone: count > 0 ? 'success' : 'info', text: replayedWords(count) });
    response.redirect(303, addressOf(endpointId));
  };

  return { index, show, tryNow, replay, replayMissed };
};

const idsIn = (request: Request) => ({
  endpointId: idIn(request, 'endpointId', 'webhook endpoint'),
  deliveryId: idIn(request, 'deliveryId', 'delivery'),
});

const addressOf = (endpointId: number, deliveryId?: number): string =>
  `/settings/webhooks/${endpointId}/deliveries${deliveryId === undefined ? '' : `/${deliveryId}`}`;

function filterIn(request: Request): DeliveryFilter {
  const oneOf = <Word extends string>(words: readonly Word[], name: string) =>
    words.find((word) => word === queryText(request, name)) ?? null;
  return {
    state: oneOf(Object.keys(states) as (keyof typeof states)[], 'state'),
    type: oneOf(webhookEventTypes, 'type'),
  };
}

/** A time for the browser's `datetime-local` field, rounded down to the minute, so that no event is left out. */
const minuteOf = (time: Date | null, zone: string): string => (time ? localIn(zone, time) : '');

const replayedWords = (count: number) =>
  count === 0
    ? 'Everything since then was delivered.'
    : `${plural(count, 'event')} queued again with the same webhook-ids.`;
