import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { record } from './change.ts';
import { toRefusal } from './constraints.ts';
import type { EntityManager } from './orm.ts';

/** A change of an asset or a license itself, inside its transaction. */
export interface ItemChange {
  readonly em: EntityManager;
  /** Adds an audit entry that is about no person. */
  record(action: AuditAction, details: AuditDetails): void;
}

/**
 * Changes an asset or a license in one transaction with its audit entry. A change of the holder needs `changeAbout`
 * instead. Throws the Refusal or InvalidInput of a broken constraint.
 */
export async function changeItem<T>(
  em: EntityManager,
  actor: Actor,
  work: (change: ItemChange) => Promise<T>,
): Promise<T> {
  try {
    return await em.fork().transactional((transaction) => work(itemChangeWithin(transaction, actor)));
  } catch (error) {
    throw toRefusal(error);
  }
}

/** Like `changeItem`, inside the open transaction of `em`. */
export const itemChangeWithin = (em: EntityManager, actor: Actor): ItemChange => ({
  em,
  record: (action, details) => void record(em, actor, action, null, details),
});
