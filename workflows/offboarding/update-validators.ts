import { ApplicationFailure } from '@temporalio/workflow';
import {
  failureTypes,
  isRequestExpired,
  isRequestFromTheFuture,
  requestExpired,
} from '../../domain/offboarding/request-deadline.ts';
import type { RevokeSeatRequest, UpdateRequest } from '../../engine/contract.ts';

// A validator refuses an Update before it is accepted, so a refused one leaves no event in the history.

/** The handler options of the Update `revokeSeat`. */
export const revokeSeatOptions = {
  validator: validateRevocation,
  description: "Revokes one of the leaver's seats",
};

/** The handler options of the Update `complete`. */
export const completeOptions = {
  validator: validateRequest,
  description: 'Marks the leaver offboarded, or returns what is still open',
};

/** The handler options of the Update `retry`. */
export const retryOptions = {
  validator: validateRequest,
  description: 'Retries the failed step',
};

const actorShape = /^(system|user:\d+|token:.+)$/;

/** Refuses a malformed request, and one older than `requestDeadlineMs`, because its caller no longer waits. */
function validateRequest({ actor, requestedAt }: UpdateRequest): void {
  if (!actorShape.test(actor)) throw malformed('actor');
  if (!Number.isFinite(requestedAt)) throw malformed('requestedAt');
  if (isRequestFromTheFuture(requestedAt, Date.now()))
    throw malformed('requestedAt is in the future; check the clocks');
  if (isRequestExpired(requestedAt, Date.now())) {
    throw ApplicationFailure.nonRetryable(requestExpired, failureTypes.requestExpired);
  }
}

function validateRevocation(request: RevokeSeatRequest): void {
  if (!Number.isSafeInteger(request.seatId) || request.seatId < 1) throw malformed('seatId');
  validateRequest(request);
}

const malformed = (field: string) =>
  ApplicationFailure.nonRetryable(`Malformed request: ${field}`, failureTypes.malformed);
