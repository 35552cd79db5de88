import { sql } from 'kysely';
import { actorUserId } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { completionObstacles } from '../../domain/offboarding/completion.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { User } from '../entities/index.ts';

/** Whether a row of `users` is somebody else who could still administer the workspace. */
export const isOtherSuperAdmin = (userId: number) =>
  sql<boolean>`(role = 'super-admin' and status = 'active' and id <> ${userId})`;

/**
 * Locks a person and, when they are a super-admin, every other one, in the order of their ids: two
 * super-admins who take each other's role away at the same moment must not leave none.
 */
export async function lockWithSuperAdmins(em: EntityManager, userId: number): Promise<void> {
  await sql`
    select id from users
    where id = ${userId}
      or (role = 'super-admin' and exists (select from users where id = ${userId} and role = 'super-admin'))
    order by id for update`.execute(sqlOf(em));
}

async function hasOtherSuperAdmin(em: EntityManager, userId: number): Promise<boolean> {
  const { rows } = await sql`select from users where ${isOtherSuperAdmin(userId)} limit 1`.execute(sqlOf(em));
  return rows.length > 0;
}

/**
 * Refuses a change of how a super-admin signs in, or whether they may, to everybody at the console who is none: an
 * admin could otherwise keep out whoever may undo it. Tokens are made by super-admins.
 */
export async function refuseOutranked(
  { em, user, actor }: Change,
  { email = user.email, status = user.status }: { email?: string; status?: UserStatus },
): Promise<void> {
  const actorId = actorUserId(actor);
  if (user.role !== 'super-admin' || actorId === null) return;
  if (email.toLowerCase() === user.email.toLowerCase() && status === user.status) return;
  const { role } = await em.findOneOrFail(User, { id: actorId });
  if (role !== 'super-admin') {
    throw new Refusal(
      'outranked',
      'The address and the status of a super-admin are changed by super-admins.',
    );
  }
}

/** Refuses to go on when this person is the last one who could administer the workspace. Needs the locks above. */
export async function keepOneSuperAdmin({ em, user }: Change): Promise<void> {
  const isOne = user.role === 'super-admin' && user.status === 'active';
  if (isOne && !(await hasOtherSuperAdmin(em, user.id))) {
    throw new Refusal('last-super-admin', completionObstacles['last-super-admin']);
  }
}
