import { LockMode } from '@mikro-orm/postgresql';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { NotFound } from '../../domain/failures.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { withRetries } from '../core/retrying.ts';
import { WebhookEndpoint } from '../entities/index.ts';

/** A change of a webhook endpoint, inside a transaction that has locked its row. */
export interface EndpointChange {
  readonly em: EntityManager;
  readonly endpoint: WebhookEndpoint;
  readonly actor: Actor;
  /** Adds an entry to the audit trail that names the endpoint. */
  record(action: AuditAction, details?: AuditDetails): void;
}

/** Changes an endpoint and records audit entries in one transaction. Throws NotFound, also for a removed endpoint. */
export const changeEndpoint = <T>(
  em: EntityManager,
  actor: Actor,
  id: number,
  work: (change: EndpointChange) => Promise<T> | T,
): Promise<T> =>
  withRetries(() =>
    em.fork().transactional(async (transaction) => {
      const endpoint = await transaction.findOne(
        WebhookEndpoint,
        { id, state: { $ne: 'deleted' } },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      if (endpoint === null) throw new NotFound('webhook endpoint');
      return work({
        em: transaction,
        endpoint,
        actor,
        record: (action, details = {}) =>
          void record(transaction, actor, action, null, { endpointId: id, url: endpoint.url, ...details }),
      });
    }),
  );
