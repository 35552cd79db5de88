import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { changeAbout } from '../change.ts';
import type { EntityManager } from '../orm.ts';
import { lockWithSuperAdmins } from '../super-admins.ts';
import { sqlOf } from '../tables.ts';
import { applyUserChanges } from '../users.ts';
import { DoneAlready } from './lines.ts';
import { personNamed } from './people.ts';

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
    from pending left join lateral ${personNamed(sql`pending.manager`)} m on true
    order by line`.execute(sqlOf(em));
  return rows;
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
      if (!(await takePending(change.em, importId, line))) throw new DoneAlready();
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
