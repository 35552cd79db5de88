import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { erasedName, erasureObstacles } from '../../domain/erasure.ts';
import { Refusal } from '../../domain/failures.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { eraseCopies, type PersonToErase } from './erase-copies.ts';
import { obstacleToErasure } from './erasure-obstacles.ts';

/**
 * Erases the name, the address, the title and the texts about a former employee, in every table, in one transaction.
 * Returns false when they are erased already. Throws a Refusal before their completion and while something that names
 * them is open, and NotFound.
 */
export const erasePerson = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  now = new Date(),
): Promise<boolean> =>
  changeAbout(em, userId, actor, async ({ em, user, record, changed }) => {
    if (user.erasedAt) return false;
    if (!user.offboardingCompletedAt) throw notCompleted();
    const person = await personToErase(em, userId);
    const obstacle = await obstacleToErasure(em, person);
    if (obstacle !== null) throw new Refusal(obstacle, erasureObstacles[obstacle]);
    await eraseCopies(em, person);
    await sql`select erase_from_trail(${userId})`.execute(sqlOf(em));
    await sql`
      update users set name = ${erasedName(userId)}, email = null, job_title = null,
        role = 'employee', password_hash = null, erased_at = ${now}
      where id = ${userId}`.execute(sqlOf(em));
    record('user.erased');
    changed();
    return true;
  });

/** Reads the patterns before anything is erased, because they come from the row and the trail. */
async function personToErase(em: EntityManager, id: number): Promise<PersonToErase> {
  const { rows } = await sql<Omit<PersonToErase, 'id'>>`
    select own_pattern(${id}) as own, identifying_pattern(${id}) as identifying`.execute(sqlOf(em));
  return { id, ...rows[0]! };
}

/** Refuses to erase a person who is still in the company. */
export const notCompleted = () =>
  new Refusal('not-completed', 'Only a person whose offboarding is completed can be erased.');
