import { ApplicationFailure } from '@temporalio/workflow';
import { askedTooLongAgo, failureTypes, wasAskedInTheFuture, wasAskedTooLongAgo } from '../domain/asking.ts';
import type { Asking, RevokeSeatRequest } from './messages.ts';

/** The validators of the Updates: what they refuse leaves no trace in the history. */

const actorShape = /^(system|user:\d+|token:.+)$/;

/** Refuses what nobody of ours would send, and what was asked so long ago that the asker has gone on. */
export function checkAsking({ actor, askedAt }: Asking): void {
  if (!actorShape.test(actor)) throw nonsense('actor');
  if (!Number.isFinite(askedAt)) throw nonsense('askedAt');
  if (wasAskedInTheFuture(askedAt, Date.now()))
    throw nonsense('askedAt lies in the future; do the clocks agree?');
  if (wasAskedTooLongAgo(askedAt, Date.now())) {
    throw ApplicationFailure.nonRetryable(askedTooLongAgo, failureTypes.askedTooLongAgo);
  }
}

export function checkRevokeSeat(request: RevokeSeatRequest): void {
  if (!Number.isSafeInteger(request.seatId) || request.seatId < 1) throw nonsense('seatId');
  checkAsking(request);
}

const nonsense = (field: string) =>
  ApplicationFailure.nonRetryable(`Not understood: ${field}`, failureTypes.nonsense);
