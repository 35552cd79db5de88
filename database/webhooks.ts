import { randomBytes } from 'node:crypto';
import { LockMode } from '@mikro-orm/postgresql';
import type { Actor } from '../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../domain/audit.ts';
import { NotFound } from '../domain/failures.ts';
import type { ChosenEventType } from '../domain/webhooks.ts';
import { record } from './change.ts';
import { WebhookEndpoint } from './entities/index.ts';
import type { EntityManager } from './orm.ts';
import type { SecretBox } from './secret-box.ts';
import { sqlOf } from './tables.ts';

/** What a person says about an endpoint. The URL has been judged by `endpointUrlProblem`. */
export interface EndpointFields {
  url: string;
  description: string | null;
  eventTypes: ChosenEventType[];
}

/**
 * Adds an endpoint. `secret` signs what it is sent; it is stored sealed and cannot be shown again.
 */
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

/** A symmetric key as Standard Webhooks writes it: 32 random bytes. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Changes where an endpoint is and what it hears of. Throws NotFound. */
export const updateEndpoint = (
  em: EntityManager,
  actor: Actor,
  id: number,
  fields: EndpointFields,
): Promise<void> =>
  changeEndpoint(em, id, (endpoint, { record }) => {
    endpoint.url = fields.url;
    endpoint.description = fields.description;
    endpoint.eventTypes = fields.eventTypes;
    record(actor, 'webhook.updated', { endpointId: id, ...fields });
  });

/** Pauses an endpoint, so that events of that time are not sent to it, or lets it go on. Throws NotFound. */
export const setEndpointPaused = (
  em: EntityManager,
  actor: Actor,
  id: number,
  paused: boolean,
): Promise<void> =>
  changeEndpoint(em, id, (endpoint, { record }) => {
    const state = paused ? 'paused' : 'active';
    if (endpoint.state === state) return;
    endpoint.state = state;
    record(actor, 'webhook.updated', { endpointId: id, url: endpoint.url, state });
  });

/** Removes an endpoint and gives up what was still on its way to it; its history stays. Throws NotFound. */
export const deleteEndpoint = (
  em: EntityManager,
  actor: Actor,
  id: number,
  now = new Date(),
): Promise<void> =>
  changeEndpoint(em, id, async (endpoint, { em: transaction, record }) => {
    endpoint.state = 'deleted';
    record(actor, 'webhook.deleted', { endpointId: id, url: endpoint.url });
    await sqlOf(transaction)
      .updateTable('webhook_deliveries')
      .set({ state: 'disabled', closed_at: now, next_try_at: null })
      .where('endpoint_id', '=', id)
      .where('state', '=', 'pending')
      .execute();
  });

interface EndpointChange {
  em: EntityManager;
  record(actor: Actor, action: AuditAction, details: AuditDetails): void;
}

const changeEndpoint = (
  em: EntityManager,
  id: number,
  work: (endpoint: WebhookEndpoint, change: EndpointChange) => Promise<void> | void,
): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const endpoint = await transaction.findOne(
      WebhookEndpoint,
      { id, state: { $ne: 'deleted' } },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (endpoint === null) throw new NotFound('webhook endpoint');
    await work(endpoint, {
      em: transaction,
      record: (actor, action, details) => void record(transaction, actor, action, null, details),
    });
  });
