import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { managerIsGone } from '../../domain/imports/settle-user.ts';
import { changeTogether } from '../../domain/manager-chains.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { isDataRefused } from '../core/postgres-errors.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { chainsAbove, lockManagers } from '../people/manager-chain.ts';
import { applyUserChanges } from '../people/users.ts';
import { AlreadyDone } from './lines.ts';
import { findPerson } from './person-lookup.ts';

/** A user whose manager waits until every line was executed. */
export interface PendingManager {
  line: number;
  userId: number;
  /** Null when the manager's line failed, or the manager was offboarded meanwhile. */
  managerId: number | null;
  /** The name of a manager who was offboarded meanwhile. */
  goneManager: string | null;
  hasManager: boolean;
}

/** The next users whose manager can be set now, in an order in which they make no loop on the way. */
export async function pendingManagers(
  em: EntityManager,
  importId: number,
  limit: number,
): Promise<PendingManager[]> {
  const { rows } = await sql<PendingManager>`
    with pending as (
      select manager_depth, line, subject_id, stated->>'manager' as manager from import_rows
      where import_id = ${importId} and manager_pending order by manager_depth, line limit ${limit}
    ), managers as materialized (
      select n.manager, p.* from (select distinct manager from pending) n, lateral ${findPerson(sql`n.manager`)} p
    )
    select line, subject_id as "userId", u.manager_id is not null as "hasManager",
      case when not m.is_gone and m.fits_too is null then m.id end as "managerId",
      case when m.is_gone and m.fits_too is null then m.name end as "goneManager"
    from pending join users u on u.id = pending.subject_id
    left join managers m on m.manager = pending.manager
    order by manager_depth, line`.execute(sqlOf(em));
  return rows;
}

/**
 * Sets the managers of many users in one transaction, with the rows and audit entries that `updateUser` would write,
 * and marks their lines. Skips users who need more than that, and those whose manager would close a loop. Returns the
 * lines done; none when one breaks a constraint.
 */
export async function setManagersTogether(
  em: EntityManager,
  actor: Actor,
  importId: number,
  pending: readonly PendingManager[],
): Promise<Set<number>> {
  try {
    return await inTransaction(em, async (transaction) => {
      await lockManagers(transaction);
      const wanted = await withoutLoops(transaction, pending);
      await lockPeople(
        transaction,
        wanted.map(({ userId }) => userId),
      );
      const { rows } = await sql<{ line: number }>`
        with wanted as (
          select w.* from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(line int, "userId" int, "managerId" int)
          join users u on u.id = w."userId" where u.offboarding_completed_at is null
        ), taken as (
          update import_rows r set manager_pending = false from wanted w
          where r.import_id = ${importId} and r.line = w.line and r.manager_pending returning r.line, w."userId", w."managerId"
        ), changed as (
          update users u set manager_id = t."managerId", revision = u.revision + 1 from taken t
          where u.id = t."userId" and u.manager_id is distinct from t."managerId"
          returning u.id, old.manager_id as before, new.manager_id as after
        ), recorded as (
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

/** The pending managers that make no loop together. The caller holds `lockManagers`. */
async function withoutLoops(
  em: EntityManager,
  pending: readonly PendingManager[],
): Promise<PendingManager[]> {
  const changes = pending.flatMap(({ line, userId, managerId }) =>
    managerId === null ? [] : [{ line, person: userId, manager: managerId }],
  );
  const stored = await chainsAbove(
    em,
    changes.flatMap(({ person, manager }) => [person, manager]),
  );
  const closing = new Set(changeTogether(changes, stored).closing.map(({ line }) => line));
  return pending.filter(({ line, managerId }) => managerId !== null && !closing.has(line));
}

/** Locks in the order of ids, as all transactions do, which avoids deadlocks. */
async function lockPeople(em: EntityManager, ids: readonly number[]): Promise<void> {
  await sql`select id from users where id = any(${ids}::int[]) order by id for update`.execute(sqlOf(em));
}

/** Sets the manager of a user, or none if they are gone, and marks the line in the same transaction. Throws AlreadyDone. */
export const setPendingManager = (
  em: EntityManager,
  actor: Actor,
  importId: number,
  { line, userId, managerId, goneManager }: PendingManager,
): Promise<void> =>
  changeAbout(
    em,
    userId,
    actor,
    async (change) => {
      if (!(await claimPending(change.em, importId, line))) throw new AlreadyDone();
      await applyUserChanges(change, { managerId });
      if (goneManager !== null) await warn(change.em, importId, line, managerIsGone(goneManager));
    },
    async (transaction) => {
      await lockManagers(transaction);
      await lockWithSuperAdmins(transaction, userId);
    },
  );

/** Stops waiting for the manager of a line, and adds the reason to its warnings. */
export async function dropPendingManager(
  em: EntityManager,
  importId: number,
  line: number,
  message: string,
): Promise<void> {
  await em.fork().transactional(async (transaction) => {
    if (await claimPending(transaction, importId, line)) await warn(transaction, importId, line, message);
  });
}

async function warn(em: EntityManager, importId: number, line: number, message: string) {
  await sql`
    update import_rows set judgement = jsonb_set(judgement, '{warnings}',
      judgement->'warnings' || jsonb_build_array(jsonb_build_object('field', 'manager', 'message', ${message}::text)))
    where import_id = ${importId} and line = ${line}`.execute(sqlOf(em));
}

async function claimPending(em: EntityManager, importId: number, line: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update import_rows set manager_pending = false
    where import_id = ${importId} and line = ${line} and manager_pending`.execute(sqlOf(em));
  return numAffectedRows === 1n;
}
