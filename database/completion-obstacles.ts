import { type Actor, actorUserId } from '../domain/actor.ts';
import type { CompletionObstacle } from '../domain/completion.ts';
import { may } from '../domain/permissions.ts';
import { maySignIn } from '../domain/user-status.ts';
import type { Change } from './change.ts';
import { User } from './entities/index.ts';
import type { EntityManager } from './orm.ts';
import { hasOtherSuperAdmin } from './super-admins.ts';
import { userById } from './users.ts';

/** A rule beside the checklist that forbids this completion, or null. It decides only under a completion's locks. */
export async function obstacleTo({
  em,
  user,
  actor,
}: Pick<Change, 'em' | 'user' | 'actor'>): Promise<CompletionObstacle | null> {
  // The schema lets nobody complete them a second time: trying for ever would keep everybody else waiting.
  if (user.offboardingCompletedAt) return 'completed-by-hand';
  const askerId = actorUserId(actor);
  if (askerId === user.id) return 'own-completion';
  if (askerId !== null) {
    const asker = await em.findOne(User, { id: askerId });
    if (asker === null || !maySignIn(asker.status) || !may(asker.role, 'offboard')) return 'not-allowed';
  }
  if (user.role === 'super-admin' && !(await hasOtherSuperAdmin(em, user.id))) return 'last-super-admin';
  return null;
}

/** The rule that would forbid `actor` to complete this person's offboarding now, or null. Throws NotFound. */
export async function obstacleFor(
  em: EntityManager,
  actor: Actor,
  userId: number,
): Promise<CompletionObstacle | null> {
  return obstacleTo({ em: em.fork(), user: await userById(em, userId), actor });
}
