import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { erasureObstacles } from '../../domain/erasure.ts';
import { Refusal } from '../../domain/failures.ts';
import { eraseProviderAccounts } from '../access/provider-accounts.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { eraseAccount } from '../directory/erase-account.ts';
import { eraseCopies, type PersonToErase } from './erase-copies.ts';
import { obstacleToErasure } from './erasure-obstacles.ts';

/**
 * Erases the name, the address, the title and the texts about a former employee, in every table, in one transaction. The
 * records that were merged into theirs are erased too. Returns false when they are erased already. Throws a Refusal before
 * their completion and while something that names them is open, and NotFound.
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
    const records = await recordsToErase(em, userId);
    for (const each of records) {
      const obstacle = await obstacleToErasure(em, each);
      if (obstacle !== null) throw new Refusal(obstacle, erasureObstacles[obstacle]);
    }
    for (const each of records) {
      await eraseCopies(em, each);
      await sql`select erase_from_trail(${each.id})`.execute(sqlOf(em));
    }
    await sql`
      update users set name = erased_name(id), job_title = null, password_hash = null, erased_at = ${now},
        role = 'employee', email = null, in_directory = false
      where id = ${userId} or merged_into = ${userId}`.execute(sqlOf(em));
    await sql`delete from identities where user_id = ${userId} and source = 'email'`.execute(sqlOf(em));
    const ids = records.map(({ id }) => id);
    await eraseProviderAccounts(em, ids);
    await eraseAccount(em, ids);
    record('user.erased');
    changed();
    return true;
  });

/**
 * The person and their merged records. Reads the patterns before anything is erased, because they come from the rows and
 * the trail.
 */
async function recordsToErase(em: EntityManager, userId: number): Promise<PersonToErase[]> {
  const { rows } = await sql<PersonToErase>`
    select id, own_pattern(id) as own, identifying_pattern(id) as identifying from users
    where id = ${userId} or merged_into = ${userId} order by id <> ${userId}, id`.execute(sqlOf(em));
  return rows;
}

/** Refuses to erase a person who is still in the company. */
export const notCompleted = () =>
  new Refusal('not-completed', "You can only erase offboarded people's data.");
