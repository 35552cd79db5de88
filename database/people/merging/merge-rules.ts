import { LockMode, raw } from '@mikro-orm/postgresql';
import { type Actor, actorUserId } from '../../../domain/actor.ts';
import { Merged, NotFound, Refusal } from '../../../domain/failures.ts';
import { type MergeObstacle, mergeObstacles } from '../../../domain/merging.ts';
import type { EntityManager } from '../../core/orm.ts';
import { RetryTransaction } from '../../core/retrying.ts';
import { Offboarding, User } from '../../entities/index.ts';

/** Two records that become one, read after both rows were locked, with their open offboardings. */
export interface Merging {
  gone: User;
  kept: User;
  goneOffboarding: Offboarding | null;
  keptOffboarding: Offboarding | null;
}

/** Locks and reads two records. Throws NotFound, and Merged for one that was merged before. */
export async function mergingOf(em: EntityManager, goneId: number, keptId: number): Promise<Merging> {
  if (goneId === keptId) throw refusal('same-record');
  const locked = await lockAffectedUsers(em, goneId, keptId);
  const [gone, kept] = [goneId, keptId].map((id) => {
    const user = locked.find((each) => each.id === id);
    if (user === undefined) throw new NotFound('person');
    if (user.mergedInto) throw new Merged(user, user.mergedInto);
    return user;
  }) as [User, User];
  const reports = await em.find(User, { managerId: goneId }, { fields: ['id'] });
  const open = await em.find(Offboarding, { userId: { $in: [goneId, keptId] }, state: 'open' });
  const openOf = (userId: number) => open.find((offboarding) => offboarding.userId === userId) ?? null;
  const [goneOffboarding, keptOffboarding] = [openOf(goneId), openOf(keptId)];
  const affected = [...reports.map(({ id }) => id), goneOffboarding?.ownerId ?? goneId];
  // Retry, because a report or an owner added during the wait was not locked in the order of ids.
  if (affected.some((id) => !locked.some((user) => user.id === id))) throw new RetryTransaction();
  return { gone, kept, goneOffboarding, keptOffboarding };
}

/**
 * Locks both records, and the direct reports and the owner of the one that goes, by one statement, in the order of their
 * ids. The owner may lose the role at the same time. When one is a super-admin it locks all super-admins, because the
 * last one may go.
 */
const lockAffectedUsers = (em: EntityManager, goneId: number, keptId: number): Promise<User[]> =>
  em.find(
    User,
    {
      id: {
        $in: raw(
          `(with pair as materialized (select id, role from users where id in (?, ?))
          select id from pair
          union select id from users where manager_id = ?
          union select owner_id from offboardings where user_id = ? and state = 'open' and owner_id is not null
          union select id from users where role = 'super-admin' and exists (select from pair where role = 'super-admin'))`,
          [goneId, keptId, goneId, goneId],
        ),
      },
    },
    { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
  );

/** Throws a Refusal when a rule forbids the merge. */
export async function refuseMerge(em: EntityManager, merging: Merging, actor: Actor): Promise<void> {
  const { gone, kept, goneOffboarding, keptOffboarding } = merging;
  if (gone.offboardingCompletedAt || kept.offboardingCompletedAt) throw refusal('already-offboarded');
  if (isBeingCompleted(goneOffboarding) || isBeingCompleted(keptOffboarding))
    throw refusal('completion-running');
  const actorId = actorUserId(actor);
  if (actorId === gone.id) throw refusal('own-record');
  const hasRole = gone.role !== 'employee' || kept.role !== 'employee';
  if (actorId === null || !hasRole) return;
  const { role } = await em.findOneOrFail(User, { id: actorId });
  if (role !== 'super-admin') throw refusal('outranked');
}

/** A completion that failed half-way is retried by its workflow, so its record must not go. */
const isBeingCompleted = (offboarding: Offboarding | null): boolean =>
  Boolean(offboarding?.openedForCompletionAt) || offboarding?.failedStep === 'completion';

const refusal = (obstacle: MergeObstacle) => new Refusal(obstacle, mergeObstacles[obstacle]);
