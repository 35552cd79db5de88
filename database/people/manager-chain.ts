import { type RawBuilder, sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Takes the workspace's one lock for changes of managers, until the end of the transaction. Take it before any row is
 * locked, because the chains of two people may cross in either order. Without it two correct changes can make a loop.
 */
export async function lockManagers(em: EntityManager): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('managers'), 0)`.execute(sqlOf(em));
}

/**
 * SQL condition: a person is in the chain of managers that begins with `managerId`. A loop ends the walk, and there is
 * none for a person without reports, because no chain leads to them.
 */
export const isInChainOf = (managerId: RawBuilder<unknown>, userId: number) => sql<boolean>`
  case when exists (select from users r where r.manager_id = ${userId}) then ${userId} in (
    with recursive chain (id, manager_id) as (
      select c.id, c.manager_id from users c where c.id = ${managerId}
      union
      select c.id, c.manager_id from users c join chain on c.id = chain.manager_id
    )
    select id from chain) else false end`;

/** The managers of people, of their managers, and so on, by one statement. */
export async function chainsAbove(em: EntityManager, ids: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await sql<{ id: number; managerId: number }>`
    with recursive chain (id, manager_id) as (
      select u.id, u.manager_id from users u where u.id = any(${ids}::int[])
      union
      select u.id, u.manager_id from users u join chain on u.id = chain.manager_id
    )
    select id, manager_id as "managerId" from chain where manager_id is not null`.execute(sqlOf(em));
  return new Map(rows.map(({ id, managerId }) => [id, managerId]));
}
