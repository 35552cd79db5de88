import { sql } from 'kysely';
import { completionObstacles } from '../domain/completion.ts';
import { Refusal } from '../domain/failures.ts';
import type { Change } from './change.ts';
import { User } from './entities/index.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** Whether somebody else could still administer the workspace. */
export const hasOtherSuperAdmin = async (em: EntityManager, userId: number): Promise<boolean> =>
  (await em.count(User, { role: 'super-admin', status: 'active', id: { $ne: userId } })) > 0;

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

/** Refuses to go on when this person is the last one who could administer the workspace. Needs the locks above. */
export async function keepOneSuperAdmin({ em, user }: Change): Promise<void> {
  const isOne = user.role === 'super-admin' && user.status === 'active';
  if (isOne && !(await hasOtherSuperAdmin(em, user.id))) {
    throw new Refusal('last-super-admin', completionObstacles['last-super-admin']);
  }
}
