import { sql } from 'kysely';
import { type BulkResult, concurrentItems } from '../../domain/bulk.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { BulkAction, BulkItem } from '../entities/index.ts';
import { executeItem, type ItemRun } from './execute-item.ts';

/** How the items of a bulk action reach what is outside the database. */
export interface BulkHooks extends Pick<ItemRun, 'revokeByWorkflow'> {
  /** The result for an error that is no refusal; throws it when there is none. */
  resultOf: (error: unknown) => BulkResult;
}

/**
 * Executes the items of a bulk action that have no result yet, five at a time, and stores the result of each. A refusal
 * of one item stops no other.
 */
export async function executeBulkAction(em: EntityManager, id: number, hooks: BulkHooks): Promise<void> {
  const fork = em.fork();
  const action = await fork.findOneOrFail(BulkAction, { id });
  const waiting = await fork.find(
    BulkItem,
    { actionId: id, outcome: null },
    { orderBy: { position: 'asc' } },
  );
  const run = { em, action, revokeByWorkflow: hooks.revokeByWorkflow };
  const workOff = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const result = await executeItem(run, item).catch(hooks.resultOf);
      await store(em, item, result);
    }
  };
  await Promise.all(Array.from({ length: concurrentItems }, workOff));
  await sql`update bulk_actions set state = 'done', ended_at = now() where id = ${id} and state <> 'done'`.execute(
    sqlOf(em.fork()),
  );
}

const store = (em: EntityManager, { actionId, position }: BulkItem, { outcome, reason }: BulkResult) =>
  sql`
    update bulk_items set outcome = ${outcome}, reason = ${reason}, recovery = null
    where action_id = ${actionId} and position = ${position}`.execute(sqlOf(em.fork()));
