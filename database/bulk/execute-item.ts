import { sql } from 'kysely';
import type { BulkKind, BulkResult } from '../../domain/bulk.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { BulkAction, BulkItem } from '../entities/index.ts';
import { assignmentToEnd, takeBack } from '../inventory/assignments.ts';
import { requestById } from '../inventory/request-list.ts';
import { resolveWithin } from '../inventory/requests.ts';
import { revokeSeatOf, type WorkflowRevocation } from '../inventory/revoke-by-workflow.ts';
import { seatById } from '../inventory/seats.ts';
import { type ReminderAnswer, remindOverdue } from '../offboarding/remind-overdue.ts';

/** What executing an item needs. */
export interface ItemRun {
  em: EntityManager;
  action: BulkAction;
  revokeByWorkflow: WorkflowRevocation<{ actor: BulkAction['actor']; token: string }>;
}

/** Executes one item by the same verb as its own button, and stores its result. A refusal is a result; other errors are thrown. */
export async function executeItem(run: ItemRun, item: BulkItem): Promise<void> {
  try {
    await verbs[run.action.kind](run, item);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof NotFound || error instanceof InvalidInput))
      throw error;
    await storeResult(run.em.fork(), item, refused(error.message));
  }
}

/** Stores the result of an item unless it has one. */
export const storeResult = (
  em: EntityManager,
  { actionId, position }: BulkItem,
  { outcome, reason }: BulkResult,
) =>
  sql`
    update bulk_items set outcome = ${outcome}, reason = ${reason}, recovery = null
    where action_id = ${actionId} and position = ${position} and outcome is null`.execute(sqlOf(em));

const done: BulkResult = { outcome: 'done', reason: null };
const unchanged = (reason: string): BulkResult => ({ outcome: 'unchanged', reason });
const refused = (reason: string): BulkResult => ({ outcome: 'refused', reason });
const notTheirs = refused('This belongs to someone else.');

const whyNotReminded: Record<Exclude<ReminderAnswer, 'reminded'>, string> = {
  'already-reminded': 'Already reminded today.',
  'nothing-open': 'Nothing is open.',
  'not-overdue': 'Not overdue.',
};

const verbs: Record<BulkKind, (run: ItemRun, item: BulkItem) => Promise<unknown>> = {
  /** A repeat after a crash gets the same answer, because the item's token is the update id. */
  async revocation({ em, action, revokeByWorkflow }, item) {
    const seat = await seatById(em, item.itemId);
    if (seat.userId !== action.userId) return storeResult(em.fork(), item, notTheirs);
    const call = { actor: action.actor, token: item.token };
    const { outcome } = await revokeSeatOf(em, revokeByWorkflow, seat, call);
    const results = {
      revoked: done,
      'already-revoked': unchanged('Already revoked.'),
      'not-theirs': notTheirs,
    };
    return storeResult(em.fork(), item, results[outcome]);
  },

  async rejection(run, item) {
    const { userId } = await requestById(run.em, item.itemId);
    if (userId !== run.action.userId) return storeResult(run.em.fork(), item, notTheirs);
    return changeItem(run, item, userId, async (change) => {
      const how = { outcome: 'rejected', note: null, assetId: null } as const;
      const { outcome, status } = await resolveWithin(change, item.itemId, how);
      return outcome === 'done' ? done : unchanged(`Already ${status}.`);
    });
  },

  async recovery(run, item) {
    const { assignmentId, ...how } = item.recovery!;
    const { userId } = (await assignmentToEnd(run.em, item.itemId, assignmentId))!;
    return changeItem(run, item, userId, async (change) => {
      const { outcome } = await takeBack(change, assignmentId, how);
      return outcome === 'recovered' ? done : unchanged('Already recovered.');
    });
  },

  reminder: (run, item) =>
    changeItem(run, item, item.itemId, async (change) => {
      const answer = await remindOverdue(change);
      return answer === 'reminded' ? done : unchanged(whyNotReminded[answer]);
    }),
};

/**
 * Changes an item and stores its result in one transaction, so that a crash leaves both or neither. Changes nothing when
 * another process was faster, which the person's lock decides.
 */
const changeItem = (
  { em, action }: ItemRun,
  item: BulkItem,
  userId: number,
  work: (change: Change) => Promise<BulkResult>,
): Promise<void> =>
  changeAbout(em, userId, action.actor, async (change) => {
    if (await hasResult(change.em, item)) return;
    await storeResult(change.em, item, await work(change));
  });

/** Locks the item, because a process that lost its connection may be about to store that it failed. */
async function hasResult(em: EntityManager, { actionId, position }: BulkItem): Promise<boolean> {
  const { rows } = await sql`
    select from bulk_items where action_id = ${actionId} and position = ${position} and outcome is null for update`.execute(
    sqlOf(em),
  );
  return rows.length === 0;
}
