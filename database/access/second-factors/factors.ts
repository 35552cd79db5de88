import { sql } from 'kysely';
import type { FactorChange } from '../../../domain/access/second-factors.ts';
import type { Actor } from '../../../domain/actor.ts';
import { changeAbout } from '../../core/change.ts';
import type { Change } from '../../core/change-types.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { endSessions } from '../sessions.ts';

/** A passkey, as pages show it. Times are ISO texts. */
interface ListedPasskey {
  id: number;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

/** A person's second factors. */
export interface SecondFactors {
  /** When they set up their authenticator app; null without one. */
  appSince: Date | null;
  /** How many recovery codes they have not used. */
  codesLeft: number;
  /** The newest first. */
  passkeys: ListedPasskey[];
}

/** A person's second factors, in one statement. */
export async function secondFactorsOf(em: EntityManager, userId: number): Promise<SecondFactors> {
  const { rows } = await sql<SecondFactors>`
    select
      (select created_at from authenticator_apps where user_id = ${userId}) as "appSince",
      (select count(*)::int from recovery_codes where user_id = ${userId} and used_at is null) as "codesLeft",
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'createdAt', created_at,
        'lastUsedAt', last_used_at) order by id desc), '[]') from passkeys where user_id = ${userId}) as passkeys`.execute(
    sqlOf(em.fork()),
  );
  return rows[0]!;
}

/** Whether a person is asked for a second factor. */
export const asksForFactor = ({ appSince, passkeys }: SecondFactors): boolean =>
  appSince !== null || passkeys.length > 0;

/** Common table expressions that delete all second factors of a user. */
export const factorDeletions = (userId: number) => sql`
  removed_passkeys as (delete from passkeys where user_id = ${userId}),
  removed_apps as (delete from authenticator_apps where user_id = ${userId}),
  removed_codes as (delete from recovery_codes where user_id = ${userId})`;

/**
 * Deletes a person's second factors in the same statement as the change. Someone who is only suspended keeps theirs,
 * because they may come back.
 */
export const deleteFactors = ({ alsoWrite, user }: Change): void =>
  alsoWrite({ removedFactors: factorDeletions(user.id) });

/** Notifies the person of a change of their second factors, in the console and by mail. */
export async function notifyOfFactor({ em, user }: Change, change: FactorChange): Promise<void> {
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    values (${user.id}, 'second_factor_changed', ${user.id}, ${JSON.stringify({ change })}::jsonb)`.execute(
    sqlOf(em),
  );
}

/**
 * Removes all second factors of a person who lost them, and ends their sessions. Returns false when they have none.
 * Throws NotFound.
 */
export const removeSecondFactors = (em: EntityManager, actor: Actor, userId: number): Promise<boolean> =>
  changeAbout(em, userId, actor, async (change) => {
    const { appSince, passkeys } = await secondFactorsIn(change);
    if (!appSince && passkeys === 0) return false;
    deleteFactors(change);
    change.record('user.second_factors_removed', { passkeys, apps: appSince ? 1 : 0 });
    await endSessions(change.em, userId);
    await notifyOfFactor(change, 'all_removed');
    return true;
  });

/** What a person has, within the change that has locked their row. */
async function secondFactorsIn({ em, user }: Change) {
  const { rows } = await sql<{ appSince: Date | null; passkeys: number }>`
    select (select created_at from authenticator_apps where user_id = ${user.id}) as "appSince",
      (select count(*)::int from passkeys where user_id = ${user.id}) as passkeys`.execute(sqlOf(em));
  return rows[0]!;
}
