import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';

/**
 * Gives the account of the record that goes to the one that stays, unless that one has an account of its own. Then only the
 * directory's id of the other account leads to the person, and its next call for that account gets a 409. Questions about
 * which of the two records is meant are answered. Both rows are locked.
 */
export async function mergeAccounts(em: EntityManager, gone: User, kept: User): Promise<void> {
  const db = sqlOf(em);
  const { rows } = await sql<{ userId: number; externalId: string | null; isHidden: boolean }>`
    select user_id as "userId", external_id as "externalId", hidden_at is not null as "isHidden"
    from directory_accounts where user_id in (${gone.id}, ${kept.id})`.execute(db);
  const accountOf = (user: User) => rows.find(({ userId }) => userId === user.id);
  const [ofGone, ofKept] = [accountOf(gone), accountOf(kept)];
  await answerQuestions(em, gone.id, kept.id);
  if (ofGone === undefined) return;
  const moves = ofKept === undefined || (ofKept.isHidden && !ofGone.isHidden);
  const dropped = moves ? ofKept : ofGone;
  if (dropped !== undefined) {
    await sql`delete from held_deactivations where user_id = ${dropped.userId}`.execute(db);
    await sql`delete from directory_accounts where user_id = ${dropped.userId}`.execute(db);
    await sql`
      insert into identities (source, external_id, user_id)
      select 'scim', ${dropped.externalId}::text, ${kept.id}::int where ${dropped.externalId}::text is not null
      on conflict do nothing`.execute(db);
  }
  if (moves) {
    await sql`update directory_accounts set user_id = ${kept.id} where user_id = ${gone.id}`.execute(db);
    await sql`update held_deactivations set user_id = ${kept.id} where user_id = ${gone.id}`.execute(db);
    // A merge locks no admin out: a person with a role keeps the access that they have.
    const directoryInactive = kept.role === 'employee' ? gone.directoryInactive : kept.directoryInactive;
    Object.assign(kept, { inDirectory: gone.inDirectory, directoryInactive });
  }
  await sql`delete from held_deactivations where user_id = ${gone.id}`.execute(db);
  Object.assign(gone, { inDirectory: false, directoryInactive: false });
}

async function answerQuestions(em: EntityManager, goneId: number, keptId: number): Promise<void> {
  await sql`
    with answered as (
      delete from directory_questions
      where kind = 'person' and candidates @> array[${goneId}, ${keptId}]::int[] and cardinality(candidates) = 2
    )
    update directory_questions set candidates = array_replace(candidates, ${goneId}::int, ${keptId}::int),
      decided_user_id = case when decided_user_id = ${goneId} then ${keptId} else decided_user_id end
    where candidates @> array[${goneId}]::int[]
      and not (kind = 'person' and candidates @> array[${goneId}, ${keptId}]::int[] and cardinality(candidates) = 2)`.execute(
    sqlOf(em),
  );
}
