import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import {
  type AssetStatus,
  canBeAssigned,
  checkRecovery,
  type Recovery,
  type ReturnCondition,
} from '../../domain/assets.ts';
import { Refusal } from '../../domain/failures.ts';
import { refuseUnlessMayReceiveItems, type UserStatus } from '../../domain/user-status.ts';
import { changeAbout, changeWithin } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { Assignment, RecoveryCorrection } from '../entities/index.ts';
import { assetById, lockAsset } from './assets.ts';

/** One assignment in an asset's history. A corrected one lasts until its correction is closed. */
export interface PastAssignment {
  id: number;
  userId: number;
  name: string;
  userStatus: UserStatus;
  /** Whether the person's offboarding is completed. */
  isCompleted: boolean;
  assignedAt: Date;
  returnedAt: Date | null;
  condition: ReturnCondition | null;
  note: string | null;
  /** When its recovery was undone after the completion, the last time; else null. */
  correctedAt: Date | null;
  /** When the assignment itself was undone, because it was a mistake; else null. */
  undoneAt: Date | null;
}

/** The last hundred assignments of an asset, the present one and the latest first. */
export async function historyOf(em: EntityManager, assetId: number): Promise<PastAssignment[]> {
  const { rows } = await sql<PastAssignment>`
    select h.id, u.id as "userId", u.name, u.status as "userStatus",
      u.offboarding_completed_at is not null as "isCompleted", h.assigned_at as "assignedAt",
      r.returned_at as "returnedAt", r.condition, r.note, c.created_at as "correctedAt",
      h.undone_at as "undoneAt"
    from assignments h join users u on u.id = h.user_id
    left join lateral (
      select * from recovery_corrections where assignment_id = h.id order by id desc limit 1
    ) c on true
    cross join lateral (
      select h.returned_at, h.condition, h.note where c.id is null
      union all select c.closed_at, c.condition, c.note where c.id is not null
    ) r
    where h.asset_id = ${assetId}
    order by r.returned_at is null desc, h.assigned_at desc, h.id desc limit 100`.execute(sqlOf(em));
  return rows;
}

/**
 * Assigns an asset to a person and returns the assignment's id. Throws Refusal when the asset has a holder, is not in
 * stock, or when the person may not receive items. To move an asset, recover it first.
 */
export const assignAsset = (
  em: EntityManager,
  actor: Actor,
  assetId: number,
  userId: number,
): Promise<number> => changeAbout(em, userId, actor, (change) => handOut(change, assetId));

/** Like `assignAsset`, within a larger change about the person. */
export async function handOut(change: Change, assetId: number): Promise<number> {
  const { em, user } = change;
  refuseUnlessMayReceiveItems(user);
  const asset = await lockAsset(em, assetId);
  await refuseUnlessAvailable(em, assetId);
  const assignment = em.create(Assignment, { assetId, userId: user.id });
  asset.status = 'assigned';
  await em.flush();
  change.record('asset.assigned', { assetId, tag: asset.tag, assignmentId: assignment.id });
  change.changed('hardware');
  return assignment.id;
}

async function refuseUnlessAvailable(em: EntityManager, assetId: number) {
  const { tag, status, holder } = await assetById(em, assetId);
  if (holder !== null) {
    throw new Refusal('already-assigned', `${tag} is assigned to ${holder.name}. Recover it first.`);
  }
  if (!canBeAssigned(status)) {
    throw new Refusal('not-in-stock', `${tag} ${statusPhrases[status]}, so it can't be assigned.`);
  }
}

const statusPhrases: Record<AssetStatus, string> = {
  in_stock: 'is in stock',
  assigned: 'is marked assigned',
  in_repair: 'is in repair',
  retired: 'is retired',
  lost: 'is lost',
};

/** The result of a recovery. `formerHolderId` is null for an asset that was never assigned. */
export interface RecoverAnswer {
  outcome: 'recovered' | 'already-returned';
  formerHolderId: number | null;
}

/**
 * Recovers an asset from its holder, which also closes a correction. A repeated call returns `already-returned`. With
 * `assignmentId` it ends only that assignment, because a stale page must not recover the asset from its next holder.
 * Throws NotFound, Refusal when that assignment is not one of this asset, and InvalidInput for an incomplete recovery.
 */
export const recoverAsset = (
  em: EntityManager,
  actor: Actor,
  assetId: number,
  recovery: Recovery,
  assignmentId?: number,
  now = new Date(),
): Promise<RecoverAnswer> =>
  inTransaction(em, (transaction) => recoverWithin(transaction, actor, assetId, recovery, assignmentId, now));

/** Like `recoverAsset`, inside the open transaction of `em`. */
export async function recoverWithin(
  em: EntityManager,
  actor: Actor,
  assetId: number,
  recovery: Recovery,
  assignmentId?: number,
  now = new Date(),
): Promise<RecoverAnswer> {
  const assignment = await assignmentToEnd(em, assetId, assignmentId);
  if (assignment === null) return { outcome: 'already-returned', formerHolderId: null };
  return changeWithin(em, assignment.userId, actor, (change) =>
    takeBack(change, assignment.id, recovery, now),
  );
}

/**
 * The assignment that a recovery ends; null for an asset that was never assigned. Throws NotFound, and Refusal when the
 * given assignment is not one of this asset.
 */
export async function assignmentToEnd(
  em: EntityManager,
  assetId: number,
  assignmentId?: number,
): Promise<{ id: number; userId: number } | null> {
  const { tag } = await assetById(em, assetId);
  const assignment = await assignmentOf(em, assetId, assignmentId);
  if (assignment === null && assignmentId !== undefined) throw outOfDate(tag);
  return assignment;
}

/** The given assignment is not one of this asset. */
export const outOfDate = (tag: string) =>
  new Refusal('out-of-date', `That assignment isn't in ${tag}'s history. Reload the page and try again.`);

/**
 * The given assignment, else the one of the open correction, else the open one, else the last one that was no mistake.
 * PostgreSQL sorts NULL first in descending order.
 */
async function assignmentOf(em: EntityManager, assetId: number, assignmentId: number | undefined) {
  const { rows } = await sql<{ id: number; userId: number }>`
    select id, user_id as "userId" from assignments h
    where asset_id = ${assetId} and ${assignmentId === undefined ? sql`undone_at is null` : sql`id = ${assignmentId}`}
    order by exists (select from recovery_corrections where assignment_id = h.id and closed_at is null) desc,
      returned_at desc, id desc limit 1`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Ends an assignment or its correction, within a larger change about the person. Throws InvalidInput. */
export async function takeBack(
  change: Change,
  assignmentId: number,
  recovery: Recovery,
  now = new Date(),
): Promise<RecoverAnswer> {
  checkRecovery(recovery);
  const { condition, nextStatus, note, location } = recovery;
  const { em, user } = change;
  const assignment = await em.findOneOrFail(Assignment, { id: assignmentId });
  const correction = assignment.returnedAt
    ? await em.findOne(RecoveryCorrection, { assignmentId, closedAt: null })
    : null;
  if (assignment.returnedAt && correction === null)
    return { outcome: 'already-returned', formerHolderId: user.id };
  const asset = await lockAsset(em, assignment.assetId);
  if (correction === null) em.assign(assignment, { returnedAt: now, condition, note });
  else em.assign(correction, { closedAt: now, condition, note });
  em.assign(assignment, { previousLocation: asset.location ?? null });
  em.assign(asset, { status: nextStatus, condition: condition ?? asset.condition ?? null });
  if (location !== undefined) asset.location = location;
  change.record(nextStatus === 'lost' ? 'asset.lost' : 'asset.recovered', {
    assetId: asset.id,
    tag: asset.tag,
    assignmentId,
    ...(correction !== null && { correctionId: correction.id }),
    condition,
    nextStatus,
    note,
    ...(location !== undefined && { location }),
  });
  change.changed('hardware');
  return { outcome: 'recovered', formerHolderId: user.id };
}
