import type { Actor } from '../../domain/actor.ts';
import type { ChosenEventType } from '../../domain/webhooks/webhooks.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { WebhookEndpoint } from '../entities/index.ts';
import { changeEndpoint } from './endpoint-change.ts';
import { stopDeliveries } from './endpoint-health.ts';
import { newSecret } from './secrets.ts';

/** What a user enters for an endpoint. The caller has checked the URL with `endpointUrlProblem`. */
export interface EndpointFields {
  url: string;
  description: string | null;
  eventTypes: ChosenEventType[];
}

/** Adds an endpoint. `secret` signs its deliveries; it is stored encrypted and cannot be shown again. */
export const createEndpoint = (
  em: EntityManager,
  actor: Actor,
  fields: EndpointFields,
  secretBox: SecretBox,
): Promise<{ id: number; secret: string }> =>
  em.fork().transactional(async (transaction) => {
    const secret = newSecret();
    const endpoint = transaction.create(WebhookEndpoint, {
      ...fields,
      secretEncrypted: secretBox.seal(secret),
    });
    await transaction.flush();
    record(transaction, actor, 'webhook.created', null, { endpointId: endpoint.id, ...fields });
    return { id: endpoint.id, secret };
  });

/** Changes the fields of an endpoint. Pending deliveries go to the new URL. Throws NotFound. */
export const updateEndpoint = (
  em: EntityManager,
  actor: Actor,
  id: number,
  fields: EndpointFields,
): Promise<void> =>
  changeEndpoint(em, actor, id, ({ endpoint, record }) => {
    endpoint.url = fields.url;
    endpoint.description = fields.description;
    endpoint.eventTypes = fields.eventTypes;
    record('webhook.updated', { ...fields });
  });

/**
 * Pauses an active endpoint and closes its pending deliveries, which can be replayed later. Does nothing when the
 * endpoint is already off. Returns the number of closed deliveries. Throws NotFound.
 */
export const pauseEndpoint = (
  em: EntityManager,
  actor: Actor,
  id: number,
  now = new Date(),
): Promise<number> =>
  changeEndpoint(em, actor, id, async ({ em: transaction, endpoint, record }) => {
    if (endpoint.state !== 'active') return 0;
    endpoint.state = 'paused';
    endpoint.stoppedAt = now;
    record('webhook.updated', { state: 'paused' });
    return stopDeliveries(transaction, id, now);
  });

/** Activates a paused or disabled endpoint and clears its failures. Throws NotFound. */
export const activateEndpoint = (em: EntityManager, actor: Actor, id: number): Promise<void> =>
  changeEndpoint(em, actor, id, ({ endpoint, record }) => {
    if (endpoint.state === 'active') return;
    Object.assign(endpoint, {
      state: 'active',
      stoppedAt: null,
      disabledReason: null,
      failingSince: null,
      lastFailedAt: null,
    });
    record('webhook.updated', { state: 'active' });
  });

/** Removes an endpoint and closes its pending deliveries; its history stays. Throws NotFound. */
export const deleteEndpoint = (
  em: EntityManager,
  actor: Actor,
  id: number,
  now = new Date(),
): Promise<void> =>
  changeEndpoint(em, actor, id, async ({ em: transaction, endpoint, record }) => {
    endpoint.state = 'deleted';
    record('webhook.deleted');
    await stopDeliveries(transaction, id, now);
  });
