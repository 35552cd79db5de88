import { type Actor, systemActor } from '../../domain/actor.ts';
import { GateRefusal, Refusal } from '../../domain/failures.ts';
import { isClear } from '../../domain/offboarding/checklist.ts';
import { completionObstacles } from '../../domain/offboarding/completion.ts';
import { requestDeadlineMs } from '../../domain/offboarding/request-deadline.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { runAll } from '../core/run-all.ts';
import { Offboarding } from '../entities/index.ts';
import { gateOf, obstacleIn } from './completion-gate.ts';
import { cancelOpenOffboarding, openOffboarding } from './offboardings.ts';

/**
 * Returns the offboarding to complete, and opens one for a person who has none open. Throws Refusal when a rule forbids
 * the completion, and GateRefusal instead of opening one while items are open. The caller must use `cancelOpening` when
 * the completion did not start.
 */
export const openForCompletion = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  now = new Date(),
): Promise<Offboarding> =>
  changeAbout(em, userId, actor, async (change) => {
    const gate = await gateOf(change.em, userId, actor);
    const obstacle = obstacleIn(gate, change.user, actor);
    if (obstacle !== null) throw new Refusal(obstacle, completionObstacles[obstacle]);
    const { offboarding } = change;
    if (offboarding !== null) {
      if (offboarding.openedForCompletionAt) offboarding.openedForCompletionAt = now;
      return offboarding;
    }
    if (!isClear(gate.counts)) throw new GateRefusal(gate.counts);
    return openOffboarding(change, { openedForCompletionAt: now });
  });

/**
 * Cancels an offboarding that was opened for a completion which did not start. Does nothing if it was opened for another
 * reason, if a step of it failed, or if the completion was requested again after `opened` was read.
 */
export const cancelOpening = (
  em: EntityManager,
  actor: Actor,
  opened: Offboarding,
  now = new Date(),
): Promise<void> =>
  changeAbout(em, opened.userId, actor, async (change) => {
    const { offboarding } = change;
    if (offboarding === null || offboarding.id !== opened.id || offboarding.failedStep) return;
    if (!offboarding.openedForCompletionAt || requestedAt(offboarding) !== requestedAt(opened)) return;
    cancelOpenOffboarding(change, now);
  });

const requestedAt = ({ openedForCompletionAt }: Offboarding) => openedForCompletionAt?.getTime();

/** Like `cancelOpening`, if the last request for the completion is past its deadline. */
export async function cancelExpiredOpening(
  em: EntityManager,
  offboardingId: number,
  now: Date,
): Promise<void> {
  const expired = { openedForCompletionAt: { $lt: new Date(now.getTime() - requestDeadlineMs) } };
  const opened = await em.fork().findOne(Offboarding, { id: offboardingId, ...expired });
  if (opened !== null) await cancelOpening(em, systemActor, opened, now);
}

/** Twice the deadline, because a completion that started in time must end first, and clocks differ. */
const abandonedAfterMs = 2 * requestDeadlineMs;

/** Cancels the offboardings opened for completions that were lost because Temporal or all workers were unavailable. */
export async function cancelAbandonedCompletions(em: EntityManager, now = new Date()): Promise<void> {
  const cutoff = new Date(now.getTime() - abandonedAfterMs);
  const abandoned = { state: 'open', openedForCompletionAt: { $lt: cutoff }, failedStep: null } as const;
  const opened = await em.fork().find(Offboarding, abandoned);
  await runAll(opened.map((each) => () => cancelOpening(em, systemActor, each, now)));
}
