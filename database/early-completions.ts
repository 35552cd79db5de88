import type { Actor } from '../domain/actor.ts';
import { isClear } from '../domain/checklist.ts';
import { completionObstacles } from '../domain/completion.ts';
import { GateRefusal, Refusal } from '../domain/failures.ts';
import { changeAbout } from './change.ts';
import { openCountsOf } from './checklists.ts';
import { obstacleTo } from './completion-obstacles.ts';
import type { Offboarding } from './entities/index.ts';
import { openOffboarding } from './offboardings.ts';
import type { EntityManager } from './orm.ts';

/**
 * The open offboarding to complete, or a new one for a person without (offboard early). Nothing is opened with
 * anything still on the checklist (GateRefusal), nor where a rule forbids the completion (Refusal).
 */
export const openForCompletion = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  now = new Date(),
): Promise<Offboarding> =>
  changeAbout(em, userId, actor, async (change) => {
    const obstacle = await obstacleTo(change);
    if (obstacle !== null) throw new Refusal(obstacle, completionObstacles[obstacle]);
    if (change.offboarding !== null) return change.offboarding;
    const counts = await openCountsOf(change.em, userId);
    if (!isClear(counts)) throw new GateRefusal(counts);
    return openOffboarding(change, { openedForCompletionAt: now });
  });
