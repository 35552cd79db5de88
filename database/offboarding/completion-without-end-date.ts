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
 * The open offboarding to complete, or a new one for a person without (offboard early). Nothing is opened with
 * anything still on the checklist (GateRefusal), nor where a rule forbids the completion (Refusal). Whoever opens one
 * withdraws it when the completion was not begun.
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
 * Cancels an offboarding that was opened for a completion which was not begun. One that is there for another reason
 * stays, one whose completion has failed and waits for a person, and one of which somebody has asked for the
 * completion again since `opened` was read.
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

/** The same for one of which nobody has asked for the completion lately enough for it to be begun. */
export async function cancelExpiredOpening(
  em: EntityManager,
  offboardingId: number,
  now: Date,
): Promise<void> {
  const tooLate = { openedForCompletionAt: { $lt: new Date(now.getTime() - requestDeadlineMs) } };
  const opened = await em.fork().findOne(Offboarding, { id: offboardingId, ...tooLate });
  if (opened !== null) await cancelOpening(em, systemActor, opened, now);
}

/** A completion that was begun in time has ended by then, and clocks differ a little: in milliseconds. */
const abandonedAfterMs = 2 * requestDeadlineMs;

/**
 * Cancels every offboarding that was opened for a completion which was lost, since the engine or every worker was
 * away.
 */
export async function cancelAbandonedCompletions(em: EntityManager, now = new Date()): Promise<void> {
  const longAgo = new Date(now.getTime() - abandonedAfterMs);
  const abandoned = { state: 'open', openedForCompletionAt: { $lt: longAgo }, failedStep: null } as const;
  const opened = await em.fork().find(Offboarding, abandoned);
  await runAll(opened.map((each) => () => cancelOpening(em, systemActor, each, now)));
}
