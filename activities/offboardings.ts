import { ApplicationFailure } from '@temporalio/common';
import { revokeSeat, seatById } from '../database/inventory/seats.ts';
import { closedAnswer, completeOffboarding } from '../database/offboarding/completion.ts';
import { cancelExpiredOpening } from '../database/offboarding/completion-without-end-date.ts';
import { recordFailedStep } from '../database/offboarding/failed-steps.ts';
import { readSnapshots } from '../database/offboarding/snapshots.ts';
import type { Actor } from '../domain/actor.ts';
import { NotFound } from '../domain/failures.ts';
import type { NotCompleted, RevokeSeatAnswer } from '../domain/offboarding/completion.ts';
import { failureTypes, isRequestExpired, requestExpired } from '../domain/offboarding/request-deadline.ts';
import type { Dependencies } from './dependencies.ts';

/** A request about an offboarding; `requestedAt` is in epoch milliseconds. */
interface OffboardingRequest {
  offboardingId: number;
  actor: Actor;
  requestedAt: number;
  /** The id of the HTTP request, for the log. */
  requestId?: string;
}

interface SeatRevocation extends OffboardingRequest {
  seatId: number;
  /** The id of the Update, which a step of an earlier version does not have. */
  updateId?: string;
}

/** The database steps of an offboarding's workflow. */
export function offboardingActivities({ database, log }: Pick<Dependencies, 'database' | 'log'>) {
  const fork = () => database.em.fork();

  /** What is open now; null when there is no such offboarding. */
  async function readSnapshot(offboardingId: number) {
    const [snapshot] = await readSnapshots(fork(), [offboardingId]);
    return snapshot ?? null;
  }

  async function snapshotAfter(offboardingId: number) {
    const snapshot = await readSnapshot(offboardingId);
    if (snapshot === null) throw new NotFound('offboarding');
    return snapshot;
  }

  /** How a closed offboarding ended. Throws for an open one. */
  async function closed(offboardingId: number): Promise<NotCompleted> {
    const answer = await closedAnswer(fork(), offboardingId);
    if (answer === null) throw new Error(`Offboarding ${offboardingId} is open`);
    return answer;
  }

  /** Completes the offboarding, or says why not, and returns what is open afterwards. */
  async function complete({ offboardingId, actor, requestedAt }: OffboardingRequest) {
    const completion = isRequestExpired(requestedAt, Date.now())
      ? await answerExpiredRequest(offboardingId)
      : await completeOffboarding(fork(), offboardingId, actor);
    log.info({ offboardingId, outcome: completion.outcome }, 'Completion decided');
    if (completion.outcome !== 'completed')
      return { answer: completion, snapshot: await snapshotAfter(offboardingId) };
    const { snapshot, ...answer } = completion;
    return { answer, snapshot };
  }

  /** How the offboarding ended, if it has. Throws otherwise, because an expired request starts nothing. */
  async function answerExpiredRequest(offboardingId: number): Promise<NotCompleted> {
    const known = await closedAnswer(fork(), offboardingId);
    if (known !== null) return known;
    await cancelExpiredOpening(fork(), offboardingId, new Date());
    throw expiredRequest();
  }

  /** Revokes a seat of the leaver, and returns what is open afterwards. */
  async function revokeSeatOf(request: SeatRevocation) {
    const { offboardingId, seatId } = request;
    const answer = await revoke(request);
    log.info({ offboardingId, seatId, outcome: answer.outcome }, 'Revocation decided');
    return { answer, snapshot: await snapshotAfter(offboardingId) };
  }

  async function revoke({
    offboardingId,
    seatId,
    actor,
    requestedAt,
    updateId,
  }: SeatRevocation): Promise<RevokeSeatAnswer> {
    const { userId } = await snapshotAfter(offboardingId);
    const seat = await seatById(fork(), seatId);
    if (seat.userId !== userId) return { outcome: 'not-theirs' };
    if (!seat.revokedAt && isRequestExpired(requestedAt, Date.now())) throw expiredRequest();
    return revokeSeat(fork(), actor, seatId, updateId);
  }

  return {
    readSnapshot,
    closedAnswer: closed,
    complete,
    revokeSeat: revokeSeatOf,
    recordFailedStep: (offboardingId: number, step: string | null): Promise<void> =>
      recordFailedStep(fork(), offboardingId, step),
  };
}

/** Refuses an expired request, because after an outage its user no longer waits for it. */
const expiredRequest = () => ApplicationFailure.nonRetryable(requestExpired, failureTypes.requestExpired);
