import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { isLastSuperAdmin, lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import type { HeldReason } from '../entities/directory.ts';
import { HeldDeactivation } from '../entities/index.ts';
import { beginLeaving, endAccess } from './deactivation.ts';

/** A deactivation whose effects wait for a super-admin. */
export interface HeldPerson {
  /** The person's id. */
  id: number;
  name: string;
  email: string | null;
  reason: HeldReason;
  heldAt: Date;
  /** The actor of the directory's call; null when the audit trail no longer has it. */
  heldBy: string | null;
  /** They keep their access while it waits, because they are a super-admin. */
  hasAccess: boolean;
}

/** SQL condition: deactivation `h` of person `u` still has effects. After a completion it has none. */
const hasEffects = sql<boolean>`u.offboarding_completed_at is null`;

/**
 * One page of the deactivations whose effects wait, the oldest first, by one statement. `newestAt` is when the newest of all
 * began to wait, so that a yes to all is only about those that were shown or counted.
 */
export async function heldDeactivations(
  em: EntityManager,
  page = 1,
): Promise<Page<HeldPerson> & { newestAt: Date | null }> {
  const { rows } = await sql<HeldPerson & { total: number; newestAt: Date | null }>`
    with page as (
      select u.id, u.name, u.email, h.reason, h.held_at as "heldAt", not u.directory_inactive as "hasAccess"
      from held_deactivations h join users u on u.id = h.user_id
      where ${hasEffects} order by h.held_at, u.id limit ${pageSize} offset ${offsetOf(page)}
    )
    select counted.*, page.*, (
      select actor from audit_entries where user_id = page.id and action = 'account.held' order by id desc limit 1
    ) as "heldBy"
    from (
      select count(*) as total, max(h.held_at) as "newestAt"
      from held_deactivations h join users u on u.id = h.user_id where ${hasEffects}
    ) counted left join page on true
    order by page."heldAt", page.id`.execute(sqlOf(em));
  return { ...pageOf(rows, page), newestAt: rows[0]!.newestAt };
}

/** Whose deactivations are decided: these people's, or everyone's who was held until then. */
export type Whose = readonly number[] | Date;

const isChosen = (whose: Whose) =>
  whose instanceof Date
    ? sql<boolean>`h.held_at <= ${whose}`
    : sql<boolean>`h.user_id = any(${whose}::int[])`;

/** How many people one yes is about at most, because each is a transaction. */
export const releasedAtOnce = 200;

/** What a yes to these deactivations does. */
export interface HeldEffects {
  total: number;
  /** The names of the first ones. */
  names: string[];
  /** How many get an offboarding. The others have one, or an end date. */
  leaving: number;
  /** How many keep their access until the yes. */
  withAccess: number;
}

/** How many names a question shows. */
const namesShown = 10;

/** What follows a yes, by one statement. */
export async function heldEffects(em: EntityManager, whose: Whose): Promise<HeldEffects> {
  const { rows } = await sql<HeldEffects>`
    select count(*) as total, coalesce((array_agg(u.name order by h.held_at, u.id))[:${sql.lit(namesShown)}], '{}') as names,
      count(*) filter (where u.end_date is null and o.id is null) as leaving,
      count(*) filter (where not u.directory_inactive) as "withAccess"
    from held_deactivations h join users u on u.id = h.user_id
    left join offboardings o on o.user_id = u.id and o.state = 'open' and o.opened_for_completion_at is null
    where ${hasEffects} and ${isChosen(whose)}`.execute(sqlOf(em));
  return rows[0]!;
}

/**
 * Does what waits for a super-admin's yes: it ends the access of super-admins, and opens the offboardings. Each person is
 * one transaction, and a call is about the first `releasedAtOnce` people. The last super-admin goes on waiting. Returns how
 * many people it was done for.
 */
export async function releaseHeld(
  em: EntityManager,
  actor: Actor,
  whose: Whose,
  now = new Date(),
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select u.id from held_deactivations h join users u on u.id = h.user_id
    where ${hasEffects} and ${isChosen(whose)} order by h.held_at, u.id limit ${releasedAtOnce}`.execute(
    sqlOf(em.fork()),
  );
  let released = 0;
  for (const { id } of rows) if (await releaseOne(em, actor, id, now)) released++;
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
      delete from held_deactivations h where ${isChosen(whose)} returning user_id, reason
    )
    insert into audit_entries (actor, action, user_id, details)
    select ${actor}::text, 'account.dismissed', user_id, jsonb_build_object('reason', reason)
    from dismissed order by user_id returning id`.execute(sqlOf(em.fork()));
  return rows.length;
}
