import { sql } from 'kysely';
import { type BulkResult, concurrentItems, mostAtOnce } from '../../domain/bulk.ts';
import { runConcurrently } from '../core/concurrency.ts';
import type { EntityManager } from '../core/orm.ts';
import { isDatabaseUnavailable } from '../core/postgres-errors.ts';
import { sqlOf } from '../core/tables.ts';
import { BulkAction, BulkItem } from '../entities/index.ts';
import { executeItem, type ItemRun, storeResult } from './execute-item.ts';

/** How the items of a bulk action reach what is outside the database. */
export interface BulkHooks extends Pick<ItemRun, 'revokeByWorkflow'> {
  /** The result for an error that is no refusal; null lets the item wait for the next batch. */
  resultOf: (error: unknown) => BulkResult | null;
}

/** The progress of a bulk action, in items. */
export interface BulkProgress {
  items: number;
  done: number;
  isOver: boolean;
}

/**
 * Executes the next batch of a bulk action, five items at a time, and stores the result of each. A refusal of one item
 * stops no other. A repeat after a crash executes what is left, and an item whose connection was lost waits for it.
 */
export async function executeBulkAction(
  em: EntityManager,
  id: number,
  hooks: BulkHooks,
): Promise<BulkProgress> {
  const fork = em.fork();
  const action = await fork.findOneOrFail(BulkAction, { id });
  const options = { orderBy: { position: 'asc' }, limit: mostAtOnce } as const;
  const waiting = await fork.find(BulkItem, { actionId: id, outcome: null }, options);
  const run = { em, action, revokeByWorkflow: hooks.revokeByWorkflow };
  await runConcurrently(waiting, concurrentItems, async (item) => {
    try {
      await executeItem(run, item);
    } catch (error) {
      // The change may have been committed with its result, so the next batch looks again.
      if (isDatabaseUnavailable(error)) return;
      const result = hooks.resultOf(error);
      if (result !== null) await storeResult(em.fork(), item, result);
    }
  });
  return endIfOver(em, id);
}

/** Ends an action when every item has a result, else leaves it to its workflow. */
async function endIfOver(em: EntityManager, id: number): Promise<BulkProgress> {
  const { rows } = await sql<BulkProgress>`
    with counted as (
      select count(*) as items, count(outcome) as done from bulk_items where action_id = ${id}
    ), ended as (
      update bulk_actions set state = case when done = items then 'done' else 'waiting' end,
        ended_at = case when done = items then now() end
      from counted where id = ${id} and state <> 'done'
    )
    select items, done, items = done as "isOver" from counted`.execute(sqlOf(em.fork()));
  return rows[0]!;
}

/** Ends an action whose batches keep failing. The items that still wait say so. */
export async function abandonBulkAction(em: EntityManager, id: number): Promise<void> {
  await sql`
    update bulk_items set outcome = 'refused', recovery = null, reason = 'This stopped after repeated errors. Try again.'
    where action_id = ${id} and outcome is null`.execute(sqlOf(em.fork()));
  await endIfOver(em, id);
}

/**
 * The actions that need a workflow, with an id above `after`, oldest first. One that a console began a minute ago is
 * among them, because that console has died.
 */
export async function waitingBulkActions(
  em: EntityManager,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from bulk_actions
    where (state = 'waiting' or (state = 'console' and created_at < now() - interval '1 minute')) and id > ${after}
    order by id limit ${limit}`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}
