import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { ReturnCondition } from '../../domain/assets.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeWithin } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { type Asset, Assignment, RecoveryCorrection } from '../entities/index.ts';
import { type AssetWithHolder, assetById, lockAsset } from './assets.ts';
import { outOfDate } from './assignments.ts';
import { lastEntryOf, type Reversal, refuseLateUndo, refuseWhenCompleted } from './undo-limit.ts';

/**
 * The result of undoing a recovery. `reopened`: the assignment is open again. `corrected`: the person's offboarding is
 * completed and stays so, and a correction is open. `unchanged`: the person has the asset already.
 */
export interface UndoAnswer {
  outcome: 'reopened' | 'corrected' | 'unchanged';
  holderId: number;
}

/**
 * Undoes the recovery of an assignment, by default the last one of the asset. The person's lock decides whether that
 * is before their completion. Throws NotFound, and Refusal when someone has the asset, or no one ever had it. An undo is
 * also refused when it comes too late, or after the completion.
 */
export const undoRecovery = (
  em: EntityManager,
  actor: Actor,
  assetId: number,
  assignmentId?: number,
  reversal: Reversal = 'correction',
): Promise<UndoAnswer> =>
  inTransaction(em, (transaction) => undoWithin(transaction, actor, assetId, assignmentId, reversal));

/** Like `undoRecovery`, inside the open transaction of `em`. */
export async function undoWithin(
  em: EntityManager,
  actor: Actor,
  assetId: number,
  assignmentId?: number,
  reversal: Reversal = 'correction',
): Promise<UndoAnswer> {
  const asset = await assetById(em, assetId);
  if (assignmentId === undefined) refuseWhenHeld(asset);
  const assignment = await recoveredAssignment(em, assetId, assignmentId);
  if (assignment === null) throw assignmentId === undefined ? neverHeld(asset) : outOfDate(asset.tag);
  return changeWithin(em, assignment.userId, actor, (change) =>
    undo(change, assignment.id, assetId, reversal),
  );
}

function refuseWhenHeld({ holder, tag }: AssetWithHolder) {
  if (holder === null) return;
  throw new Refusal(
    'already-assigned',
    `${tag} is assigned to ${holder.name}. Recover it before you undo a recovery.`,
  );
}

const neverHeld = ({ tag }: AssetWithHolder) =>
  new Refusal('never-assigned', `${tag} never had a holder, so there's no recovery to undo.`);

async function undo(
  change: Change,
  assignmentId: number,
  assetId: number,
  reversal: Reversal,
): Promise<UndoAnswer> {
  const { em, user } = change;
  const assignment = await em.findOneOrFail(Assignment, { id: assignmentId });
  const asset = await lockAsset(em, assetId);
  if (assignment.undoneAt) throw outOfDate(asset.tag);
  const present = await assetById(em, assetId);
  if (present.holder?.assignmentId === assignmentId) return { outcome: 'unchanged', holderId: user.id };
  refuseWhenHeld(present);
  if (reversal === 'undo') refuseWhenCompleted(user);
  await refuseLateUndo(change, reversal, recoveryOf(assignment));
  await restoreLocation(change, assignment, asset);
  if (assignment.condition) asset.condition = await conditionBefore(em, assignment);
  if (user.offboardingCompletedAt) await correct(change, assignment, asset);
  else reopen(change, assignment, asset);
  change.changed('hardware');
  return { outcome: user.offboardingCompletedAt ? 'corrected' : 'reopened', holderId: user.id };
}

const recoveryOf = ({ id }: Assignment) => ({
  actions: ['asset.recovered', 'asset.lost'] as const,
  item: { assignmentId: id },
});

/** Restores the location when the recovery stated another one and no one has changed it since. */
async function restoreLocation(change: Change, assignment: Assignment, asset: Asset) {
  const recovery = await lastEntryOf(change, recoveryOf(assignment));
  const stated = recovery?.details.location;
  if (stated === undefined || stated !== (asset.location ?? null)) return;
  asset.location = assignment.previousLocation ?? null;
}

function reopen({ em, record }: Change, assignment: Assignment, asset: Asset) {
  em.assign(assignment, { returnedAt: null, condition: null, note: null, previousLocation: null });
  asset.status = 'assigned';
  record('asset.recovery_undone', { assetId: asset.id, tag: asset.tag, assignmentId: assignment.id });
}

/** Leaves the assignment and the asset's status as they are, because an open assignment would contradict the gate. */
async function correct({ em, record, user, actor }: Change, assignment: Assignment, asset: Asset) {
  const whose = { assignmentId: assignment.id, userId: user.id, assetId: asset.id };
  const correction = em.create(RecoveryCorrection, { ...whose, createdBy: actor });
  await em.flush();
  const { id: assetId, tag } = asset;
  const details = { assetId, tag, assignmentId: assignment.id, correctionId: correction.id };
  record('asset.recovery_corrected', details);
}

/**
 * The given assignment, else the one that was recovered last. An open one has no recovery to undo, and neither has one
 * that was undone.
 */
async function recoveredAssignment(em: EntityManager, assetId: number, assignmentId: number | undefined) {
  const chosen = assignmentId === undefined ? sql`returned_at is not null` : sql`id = ${assignmentId}`;
  const { rows } = await sql<{ id: number; userId: number }>`
    select id, user_id as "userId" from assignments h where asset_id = ${assetId} and undone_at is null and ${chosen}
    order by greatest(returned_at,
      (select max(closed_at) from recovery_corrections where assignment_id = h.id)) desc, id desc limit 1`.execute(
    sqlOf(em),
  );
  return rows[0] ?? null;
}

/** The condition that an earlier recovery stated, or null. */
async function conditionBefore(em: EntityManager, { assetId, id }: Assignment) {
  const { rows } = await sql<{ condition: ReturnCondition }>`
    select condition from assignments where asset_id = ${assetId} and id <> ${id} and condition is not null
    order by returned_at desc, id desc limit 1`.execute(sqlOf(em));
  return rows[0]?.condition ?? null;
}
