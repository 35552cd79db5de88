import { ApplicationFailure } from '@temporalio/workflow';
import {
  failureTypes,
  isRequestExpired,
  isRequestFromTheFuture,
  requestExpired,
} from '../../domain/offboarding/request-deadline.ts';
import type { RevokeSeatRequest, UpdateRequest } from '../../engine/contract.ts';

/** The validators of the Updates: what they refuse leaves no trace in the history. */

const actorShape = /^(system|user:\d+|token:.+)$/;

/** Refuses what nobody of ours would send, and what was asked so long ago that the asker has gone on. */
export function validateRequest({ actor, requestedAt }: UpdateRequest): void {
  if (!actorShape.test(actor)) throw nonsense('actor');
  if (!Number.isFinite(requestedAt)) throw nonsense('requestedAt');
  if (isRequestFromTheFuture(requestedAt, Date.now()))
    throw nonsense('requestedAt lies in the future; do the clocks agree?');
  if (isRequestExpired(requestedAt, Date.now())) {
    throw ApplicationFailure.nonRetryable(requestExpired, failureTypes.askedTooLongAgo);
  }
}

export function validateRevocation(request: RevokeSeatRequest): void {
  if (!Number.isSafeInteger(request.seatId) || request.seatId < 1) throw nonsense('seatId');
  validateRequest(request);
}

const nonsense = (field: string) =>
  ApplicationFailure.nonRetryable(`Not understood: ${field}`, failureTypes.nonsense);
