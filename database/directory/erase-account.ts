import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Erases what a directory stated of these records of a person, with its ids, in the transaction of `em`. A later account is
 * that of a new person. Call it last, because the texts that the erasure looks for come from the account too.
 */
export async function eraseAccount(em: EntityManager, records: readonly number[]): Promise<void> {
  const ids = sql`${records}::int[]`;
  const db = sqlOf(em);
  await sql`delete from directory_accounts where user_id = any(${ids})`.execute(db);
  await sql`
    with freed as (
      delete from identities where source in ('scim', 'scim_user_name') and user_id = any(${ids})
    ), held as (
      delete from held_deactivations where user_id = any(${ids})
    )
    delete from directory_questions where candidates && ${ids} or decided_user_id = any(${ids})`.execute(db);
}
