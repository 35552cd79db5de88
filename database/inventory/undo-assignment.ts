import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeWithin } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { Assignment, Request } from '../entities/index.ts';
import { assetById, lockAsset } from './assets.ts';
import { outOfDate } from './assignments.ts';
import { lastEntryOf, type Reversal, refuseLateUndo } from './undo-limit.ts';
import { reopenRequest } from './undo-resolution.ts';

/** The result of undoing an assignment. `unchanged`: it had ended already. */
export interface UndoneAssignment {
  outcome: 'undone' | 'unchanged';
  tag: string;
  userId: number;
}

/**
 * Undoes an assignment that was a mistake: it ends without a condition, and the asset is in stock again. A request that
 * it fulfilled is open again. Throws NotFound. Throws Refusal when the assignment is not one of this asset, when the
 * asset went to someone else, and for an undo that comes too late.
 */
export const undoAssignment = (
  em: EntityManager,
  actor: Actor,
  assetId: number,
  assignmentId: number,
  reversal: Reversal,
  now = new Date(),
): Promise<UndoneAssignment> =>
  inTransaction(em, async (transaction) => {
    const { tag } = await assetById(transaction, assetId);
    const userId = await receiverOf(transaction, assetId, assignmentId);
    if (userId === null) throw outOfDate(tag);
    const outcome = await changeWithin(transaction, userId, actor, (change) =>
      undo(change, assignmentId, reversal, now),
    );
    return { outcome, tag, userId };
  });

/** The person of an assignment. Loads no entity, because it must be read after the lock. */
async function receiverOf(em: EntityManager, assetId: number, assignmentId: number): Promise<number | null> {
  const { rows } = await sql<{ userId: number }>`
    select user_id as "userId" from assignments where id = ${assignmentId} and asset_id = ${assetId}`.execute(
    sqlOf(em),
  );
  return rows[0]?.userId ?? null;
}

async function undo(
  change: Change,
  assignmentId: number,
  reversal: Reversal,
  now: Date,
): Promise<UndoneAssignment['outcome']> {
  const { em, record } = change;
  const assignment = await em.findOneOrFail(Assignment, { id: assignmentId });
  const asset = await lockAsset(em, assignment.assetId);
  const { id: assetId, tag } = asset;
  if (assignment.returnedAt) return hasEnded(em, assetId);
  await refuseLateUndo(change, reversal, { actions: ['asset.assigned'], item: { assignmentId } });
  em.assign(assignment, { returnedAt: now, undoneAt: now });
  if (asset.status === 'assigned') asset.status = 'in_stock';
  record('asset.assignment_undone', { assetId, tag, assignmentId });
  change.changed('hardware');
  await reopenFulfilled(change, assignmentId);
  return 'undone';
}

/** Nothing is undone when the assignment has ended. Throws Refusal when another person has the asset now. */
async function hasEnded(em: EntityManager, assetId: number): Promise<'unchanged'> {
  const { holder, tag } = await assetById(em, assetId);
  if (holder === null) return 'unchanged';
  throw new Refusal('already-assigned', `${tag} is now assigned to ${holder.name}. Nothing was changed.`);
}

/** Reopens the request that the assignment fulfilled. Assignments of earlier versions do not name it. */
async function reopenFulfilled(change: Change, assignmentId: number): Promise<void> {
  const entry = await lastEntryOf(change, { actions: ['request.resolved'], item: { assignmentId } });
  if (entry === null) return;
  const request = await change.em.findOne(Request, { id: Number(entry.details.requestId) });
  if (request?.status === 'fulfilled') reopenRequest(change, request);
}
