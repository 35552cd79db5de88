import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { isDataRefused } from '../core/postgres-errors.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { applyUserChanges } from '../people/users.ts';
import { AlreadyDone } from './lines.ts';
import { findPerson } from './person-lookup.ts';

/** A person whose manager was not there yet when their line was carried out. */
export interface PendingManager {
  line: number;
  userId: number;
  /** Null when nobody has become of the manager's line, or they have left meanwhile. */
  managerId: number | null;
}

/** The next people whose manager can be set now, in the order of the file. */
export async function pendingManagers(
  em: EntityManager,
  importId: number,
  limit: number,
): Promise<PendingManager[]> {
  const { rows } = await sql<PendingManager>`
    with pending as (
      select line, subject_id, stated->>'manager' as manager from import_rows
      where import_id = ${importId} and manager_pending order by line limit ${limit}
    )
    select line, subject_id as "userId", case when not m.is_gone then m.id end as "managerId"
    from pending left join lateral ${findPerson(sql`pending.manager`)} m on true
    order by line`.execute(sqlOf(em));
  return rows;
}

/**
 * Sets the managers of many people in one transaction, with the rows and the trail that `updateUser` would leave
 * of each, and their lines' marks. Who cannot simply have theirs set is left out: the answer is the lines done.
 * When the schema refuses one, none is set.
 */
export async function setManagersTogether(
  em: EntityManager,
  actor: Actor,
  importId: number,
  pending: readonly PendingManager[],
): Promise<Set<number>> {
  const wanted = pending.filter(({ userId, managerId }) => managerId !== null && managerId !== userId);
  try {
    return await inTransaction(em, async (transaction) => {
      await lockPeople(
        transaction,
        wanted.map(({ userId }) => userId),
      );
      const { rows } = await sql<{ line: number }>`
        with wish as (
          select w.* from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(line int, "userId" int, "managerId" int)
          join users u on u.id = w."userId" where u.offboarding_completed_at is null
        ), taken as (
          update import_rows r set manager_pending = false from wish w
          where r.import_id = ${importId} and r.line = w.line and r.manager_pending returning r.line, w."userId", w."managerId"
        ), changed as (
          update users u set manager_id = t."managerId", revision = u.revision + 1 from taken t
          where u.id = t."userId" and u.manager_id is distinct from t."managerId"
          returning u.id, old.manager_id as before, new.manager_id as after
        ), told as (
          insert into audit_entries (actor, action, user_id, details)
          select ${actor}::text, 'user.manager_changed', id, jsonb_build_object('from', before, 'to', after)
          from changed order by id
        )
        select line from taken`.execute(sqlOf(transaction));
      return new Set(rows.map(({ line }) => line));
    });
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof Refusal || isDataRefused(error)) return new Set();
    throw error;
  }
}

/** In the order of their ids, as everybody does. */
async function lockPeople(em: EntityManager, ids: readonly number[]): Promise<void> {
  await sql`select id from users where id = any(${ids}::int[]) order by id for update`.execute(sqlOf(em));
}

/** Sets the manager of a person, in one transaction with the mark that it was done. Throws DoneAlready. */
export const setPendingManager = (
  em: EntityManager,
  actor: Actor,
  importId: number,
  { line, userId, managerId }: PendingManager,
): Promise<void> =>
  changeAbout(
    em,
    userId,
    actor,
    async (change) => {
      if (!(await takePending(change.em, importId, line))) throw new AlreadyDone();
      await applyUserChanges(change, { managerId });
    },
    lockWithSuperAdmins,
  );

/** Gives up on the manager of a line, and says why. */
export async function forgetManager(
  em: EntityManager,
  importId: number,
  line: number,
  message: string,
): Promise<void> {
  await sql`
    update import_rows set manager_pending = false, judgement = jsonb_set(judgement, '{notes}',
      judgement->'notes' || jsonb_build_array(jsonb_build_object('field', 'manager', 'message', ${message}::text)))
    where import_id = ${importId} and line = ${line} and manager_pending`.execute(sqlOf(em));
}

async function takePending(em: EntityManager, importId: number, line: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update import_rows set manager_pending = false
    where import_id = ${importId} and line = ${line} and manager_pending`.execute(sqlOf(em));
  return numAffectedRows === 1n;
}
