import { sql } from 'kysely';
import { actorUserId } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { completionObstacles } from '../../domain/offboarding/completion.ts';
import { maySignIn, type UserStatus } from '../../domain/user-status.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { User } from '../entities/index.ts';
import { hasAccess } from './has-access.ts';

/** SQL condition: a row of `users` is another super-admin with access. */
export const isOtherSuperAdmin = (userId: number) =>
  sql<boolean>`(role = 'super-admin' and ${hasAccess} and id <> ${userId})`;

/**
 * Locks one or several users and, when one is a super-admin, all other super-admins, in the order of their ids. Otherwise
 * two super-admins could remove each other's role at the same time and leave none.
 */
export async function lockWithSuperAdmins(
  em: EntityManager,
  userIds: number | readonly number[],
): Promise<void> {
  const ids = sql`any(${[userIds].flat()}::int[])`;
  await sql`
    select id from users
    where id = ${ids}
      or (role = 'super-admin' and exists (select from users where id = ${ids} and role = 'super-admin'))
    order by id for update`.execute(sqlOf(em));
}

async function hasOtherSuperAdmin(em: EntityManager, userId: number): Promise<boolean> {
  const { rows } = await sql`select from users where ${isOtherSuperAdmin(userId)} limit 1`.execute(sqlOf(em));
  return rows.length > 0;
}

/**
 * Throws a Refusal when an admin changes a super-admin's email or status, because the admin could otherwise
 * lock out the only user who may undo it. Tokens may, because super-admins make them.
 */
export async function refuseOutranked(
  { em, user, actor }: Change,
  { email = user.email, status = user.status }: { email?: string | null; status?: UserStatus },
): Promise<void> {
  const actorId = actorUserId(actor);
  if (user.role !== 'super-admin' || actorId === null) return;
  if (email === user.email && status === user.status) return;
  const { role } = await em.findOneOrFail(User, { id: actorId });
  if (role !== 'super-admin') {
    throw new Refusal('outranked', "Only a super admin can change a super admin's email or status.");
  }
}

/** Throws a Refusal when the user is the last super-admin with access. The caller holds `lockWithSuperAdmins`. */
export async function refuseLastSuperAdmin({ em, user }: Change): Promise<void> {
  if (await isLastSuperAdmin({ em, user }))
    throw new Refusal('last-super-admin', completionObstacles['last-super-admin']);
}

/** Whether the user is the last super-admin with access. The caller holds `lockWithSuperAdmins`. */
export async function isLastSuperAdmin({ em, user }: Pick<Change, 'em' | 'user'>): Promise<boolean> {
  const isOne = user.role === 'super-admin' && maySignIn(user);
  return isOne && !(await hasOtherSuperAdmin(em, user.id));
}
