import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { isLastSuperAdmin, lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { HeldReason } from '../entities/directory.ts';
import { HeldDeactivation } from '../entities/index.ts';
import { beginLeaving, endAccess } from './deactivation.ts';

/** A deactivation whose effects wait for a super-admin. */
export interface HeldPerson {
  userId: number;
  name: string;
  email: string | null;
  reason: HeldReason;
  heldAt: Date;
  /** They keep their access while it waits, because they are a super-admin. */
  hasAccess: boolean;
}

/** The deactivations whose effects wait, the oldest first. Those of people who have completed meanwhile have none. */
export async function heldDeactivations(em: EntityManager): Promise<HeldPerson[]> {
  const { rows } = await sql<HeldPerson>`
    select u.id as "userId", u.name, u.email, h.reason, h.held_at as "heldAt",
      not u.directory_inactive as "hasAccess"
    from held_deactivations h join users u on u.id = h.user_id
    where u.offboarding_completed_at is null order by h.held_at, u.id`.execute(sqlOf(em));
  return rows;
}

/** Whose deactivations are decided. */
type Whose = readonly number[] | 'all';

/**
 * Does what waits for a super-admin's yes: it ends the access of super-admins, and opens the offboardings. Each person is
 * one transaction. The last super-admin goes on waiting. Returns how many people it was done for.
 */
export async function releaseHeld(
  em: EntityManager,
  actor: Actor,
  whose: Whose,
  now = new Date(),
): Promise<number> {
  const ids = whose === 'all' ? (await heldDeactivations(em.fork())).map(({ userId }) => userId) : whose;
  let released = 0;
  for (const id of ids) if (await releaseOne(em, actor, id, now)) released++;
  return released;
}

const releaseOne = (em: EntityManager, actor: Actor, userId: number, now: Date): Promise<boolean> =>
  changeAbout(
    em,
    userId,
    actor,
    async (change) => {
      const held = await change.em.findOne(HeldDeactivation, { userId });
      if (held === null) return false;
      if (!change.user.offboardingCompletedAt) {
        if (await isLastSuperAdmin(change)) return false;
        change.record('account.released', { reason: held.reason });
        if (!change.user.directoryInactive) endAccess(change, now);
        await beginLeaving(change, now);
      }
      change.em.remove(held);
      return true;
    },
    lockWithSuperAdmins,
  );

/**
 * Forgets what waits for a super-admin's yes. The directory's view stays, and so does the access as it is now. Returns how
 * many people it was for.
 */
export async function dismissHeld(em: EntityManager, actor: Actor, whose: Whose): Promise<number> {
  const { rows } = await sql`
    with dismissed as (
      delete from held_deactivations where ${whose === 'all' ? sql`true` : sql`user_id = any(${whose}::int[])`}
      returning user_id, reason
    )
    insert into audit_entries (actor, action, user_id, details)
    select ${actor}::text, 'account.dismissed', user_id, jsonb_build_object('reason', reason)
    from dismissed order by user_id returning id`.execute(sqlOf(em.fork()));
  return rows.length;
}
