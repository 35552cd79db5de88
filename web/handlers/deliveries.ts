import type { RequestHandler } from 'express';
import { deliveryById, endpointById, listDeliveries } from '../../database/webhook-history.ts';
import { attemptOutcomes } from '../../domain/webhook-attempts.ts';
import { type DeliveryState, deliveryStates } from '../../domain/webhooks.ts';
import { page } from '../rendering.ts';
import { idIn, pageIn, queryText } from '../requests.ts';
import type { Services } from '../services.ts';

/** What was sent to a webhook endpoint, and how it went. */
export const deliveryPages = ({ database }: Services) => {
  const { em } = database;

  const list: RequestHandler = async (request, response) => {
    const endpoint = await endpointById(em, idIn(request, 'endpointId', 'webhook endpoint'));
    const state =
      (Object.keys(deliveryStates) as DeliveryState[]).find(
        (known) => known === queryText(request, 'state'),
      ) ?? null;
    const found = await listDeliveries(em, endpoint.id, state, pageIn(request));
    const listing =
      found.page > found.lastPage ? await listDeliveries(em, endpoint.id, state, found.lastPage) : found;
    page(response, 'settings/deliveries', {
      title: 'Deliveries',
      endpoint,
      ...listing,
      state,
      states: Object.keys(deliveryStates),
      outcomes: attemptOutcomes,
    });
  };

  const show: RequestHandler = async (request, response) => {
    const endpoint = await endpointById(em, idIn(request, 'endpointId', 'webhook endpoint'));
    const delivery = await deliveryById(em, endpoint.id, idIn(request, 'deliveryId', 'delivery'));
    page(response, 'settings/delivery', {
      title: `Delivery ${delivery.id}`,
      endpoint,
      delivery,
      outcomes: attemptOutcomes,
    });
  };

  return { list, show };
};
