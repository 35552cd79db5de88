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

/** Who asks for something about which offboarding, and when (epoch milliseconds). */
interface Question {
  offboardingId: number;
  actor: Actor;
  requestedAt: number;
  /** The request that asked, for the log. */
  requestId?: string;
}

/** What the leaver's process asks of the database. */
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

  /** How an offboarding that is closed ended. */
  async function closed(offboardingId: number): Promise<NotCompleted> {
    const answer = await closedAnswer(fork(), offboardingId);
    if (answer === null) throw new Error(`Offboarding ${offboardingId} is open`);
    return answer;
  }

  /** Completes the offboarding, or says why not; and what is open then. */
  async function complete({ offboardingId, actor, requestedAt }: Question) {
    const completion = isRequestExpired(requestedAt, Date.now())
      ? await answerToLateAsker(offboardingId)
      : await completeOffboarding(fork(), offboardingId, actor);
    log.info({ offboardingId, outcome: completion.outcome }, 'Completion decided');
    if (completion.outcome !== 'completed')
      return { answer: completion, snapshot: await snapshotAfter(offboardingId) };
    const { snapshot, ...answer } = completion;
    return { answer, snapshot };
  }

  /** How it ended, if it did: nothing is begun any more. */
  async function answerToLateAsker(offboardingId: number): Promise<NotCompleted> {
    const known = await closedAnswer(fork(), offboardingId);
    if (known !== null) return known;
    await cancelExpiredOpening(fork(), offboardingId, new Date());
    throw cameTooLate();
  }

  /** Takes a seat of the leaver back; and what is open then. */
  async function takeSeatBack(question: Question & { seatId: number }) {
    const { offboardingId, seatId } = question;
    const answer = await revoke(question);
    log.info({ offboardingId, seatId, outcome: answer.outcome }, 'Revocation decided');
    return { answer, snapshot: await snapshotAfter(offboardingId) };
  }

  async function revoke({
    offboardingId,
    seatId,
    actor,
    requestedAt,
  }: Question & { seatId: number }): Promise<RevokeSeatAnswer> {
    const { userId } = await snapshotAfter(offboardingId);
    const seat = await seatById(fork(), seatId);
    if (seat.userId !== userId) return { outcome: 'not-theirs' };
    if (seat.revokedAt) return { outcome: 'already-revoked' };
    if (isRequestExpired(requestedAt, Date.now())) throw cameTooLate();
    return revokeSeat(fork(), actor, seatId);
  }

  return {
    readSnapshot,
    closedAnswer: closed,
    complete,
    revokeSeat: takeSeatBack,
    recordFailedStep: (offboardingId: number, step: string | null): Promise<void> =>
      recordFailedStep(fork(), offboardingId, step),
  };
}

/** After an outage nothing is begun behind the back of somebody who has gone on. */
const cameTooLate = () => ApplicationFailure.nonRetryable(requestExpired, failureTypes.requestExpired);
