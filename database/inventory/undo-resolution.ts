import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { isOpenRequest } from '../../domain/offboarding/checklist.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { Request } from '../entities/index.ts';
import { requestById } from './request-list.ts';
import { type Reversal, refuseLateUndo, refuseWhenCompleted } from './undo-limit.ts';

/** The result of undoing a resolution. `unchanged`: the request is open already. */
export interface ReopenedRequest {
  outcome: 'reopened' | 'unchanged';
  item: string;
  userId: number;
}

/**
 * Reopens a rejected or cancelled request, pending or approved as it was, also of a suspended person. Throws NotFound.
 * Throws Refusal for a fulfilled request, when the person has completed, and for an undo that comes too late.
 */
export async function undoResolution(
  em: EntityManager,
  actor: Actor,
  requestId: number,
  reversal: Reversal,
): Promise<ReopenedRequest> {
  const { userId, item } = await requestById(em, requestId);
  const outcome = await changeAbout(em, userId, actor, (change) => undo(change, requestId, reversal));
  return { outcome, item, userId };
}

async function undo(
  change: Change,
  requestId: number,
  reversal: Reversal,
): Promise<ReopenedRequest['outcome']> {
  const request = await change.em.findOneOrFail(Request, { id: requestId });
  if (isOpenRequest(request.status)) return 'unchanged';
  refuseWhenCompleted(change.user);
  if (request.status === 'fulfilled') {
    throw new Refusal(
      'request-fulfilled',
      `The request for ${request.item} was fulfilled, so it stays closed.`,
    );
  }
  await refuseLateUndo(change, reversal, { actions: ['request.resolved'], item: { requestId } });
  reopenRequest(change, request);
  return 'reopened';
}

/** Reopens a closed request within a larger change about its person. */
export function reopenRequest(change: Change, request: Request): void {
  const { id: requestId, item, approvedAt } = request;
  const status = approvedAt ? 'approved' : 'pending';
  change.em.assign(request, { status, resolvedAt: null, note: null });
  change.record('request.resolution_undone', { requestId, item });
  change.changed('requests');
}
