import type { BulkKind, BulkResult } from '../../domain/bulk.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import type { EntityManager } from '../core/orm.ts';
import type { BulkAction, BulkItem } from '../entities/index.ts';
import { recoverAsset } from '../inventory/assignments.ts';
import { requestById } from '../inventory/request-list.ts';
import { resolveRequest } from '../inventory/requests.ts';
import { revokeSeatOf, type WorkflowRevocation } from '../inventory/revoke-by-workflow.ts';
import { seatById } from '../inventory/seats.ts';
import { type ReminderAnswer, remindOverdue } from '../offboarding/remind-overdue.ts';

/** What executing an item needs. */
export interface ItemRun {
  em: EntityManager;
  action: BulkAction;
  revokeByWorkflow: WorkflowRevocation<{ actor: BulkAction['actor']; token: string }>;
}

/** Executes one item by the same verb as its own button. A refusal is a result; other errors are thrown. */
export async function executeItem(run: ItemRun, item: BulkItem): Promise<BulkResult> {
  try {
    return await verbs[run.action.kind](run, item);
  } catch (error) {
    if (error instanceof Refusal || error instanceof NotFound || error instanceof InvalidInput)
      return refused(error.message);
    throw error;
  }
}

const done: BulkResult = { outcome: 'done', reason: null };
const unchanged = (reason: string): BulkResult => ({ outcome: 'unchanged', reason });
const refused = (reason: string): BulkResult => ({ outcome: 'refused', reason });
const notTheirs = refused('This belongs to someone else.');

const whyNotReminded: Record<Exclude<ReminderAnswer, 'reminded'>, string> = {
  'already-reminded': 'Already reminded today.',
  'nothing-open': 'Nothing is open.',
  'not-overdue': 'Not overdue.',
};

const verbs: Record<BulkKind, (run: ItemRun, item: BulkItem) => Promise<BulkResult>> = {
  async revocation({ em, action, revokeByWorkflow }, { itemId, token }) {
    const seat = await seatById(em, itemId);
    if (seat.userId !== action.userId) return notTheirs;
    const { outcome } = await revokeSeatOf(em, revokeByWorkflow, seat, { actor: action.actor, token });
    if (outcome === 'not-theirs') return notTheirs;
    return outcome === 'revoked' ? done : unchanged('Already revoked.');
  },

  async rejection({ em, action }, { itemId }) {
    const { userId } = await requestById(em, itemId);
    if (userId !== action.userId) return notTheirs;
    const how = { outcome: 'rejected', note: null, assetId: null } as const;
    const { outcome, status } = await resolveRequest(em, action.actor, itemId, how);
    return outcome === 'done' ? done : unchanged(`Already ${status}.`);
  },

  async recovery({ em, action }, { itemId, recovery }) {
    const { assignmentId, ...how } = recovery!;
    const { outcome } = await recoverAsset(em, action.actor, itemId, how, assignmentId);
    return outcome === 'recovered' ? done : unchanged('Already recovered.');
  },

  async reminder({ em, action }, { itemId }) {
    const answer = await remindOverdue(em, action.actor, itemId);
    return answer === 'reminded' ? done : unchanged(whyNotReminded[answer]);
  },
};
