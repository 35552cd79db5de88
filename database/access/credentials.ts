import { sql } from 'kysely';
import { type Actor, systemActor, userActor } from '../../domain/actor.ts';
import type { AuditDetails } from '../../domain/audit.ts';
import { maySignIn } from '../../domain/user-status.ts';
import { record } from '../core/change.ts';
import { personWithEmail } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { hashPassword, isPassword, needsRehash } from './passwords.ts';
import { hasSecondFactor } from './second-factors/has-factor.ts';

/**
 * The id of the user with these credentials, or null when they are wrong or the user may not sign in. Someone who has left
 * is not found by their address. Both take the same time. Records a failure in the audit trail, and the sign-in of a user
 * who has no second factor.
 */
export async function verifyCredentials(
  em: EntityManager,
  email: string,
  password: string,
): Promise<number | null> {
  const user = await sqlOf(em)
    .selectFrom('users')
    .select([
      'id',
      'status',
      'directory_inactive as directoryInactive',
      'password_hash',
      hasSecondFactor(sql`users.id`).as('has_factor'),
    ])
    .where('id', '=', personWithEmail(email))
    .executeTakeFirst();
  const fits = await isPassword(password, user?.password_hash ?? null);
  if (user === undefined || !fits || !maySignIn(user)) {
    // Written for an unknown address too, because a faster answer would reveal that it is unknown.
    await recordSessionEvent(em, systemActor, 'user.sign_in_failed', user?.id ?? null);
    return null;
  }
  await renewHash(em, user.id, user.password_hash!, password);
  if (!user.has_factor) await recordSessionEvent(em, userActor(user.id), 'user.signed_in', user.id);
  return user.id;
}

/** Rehashes at the present cost, which only a sign-in can do. A password set meanwhile stays. */
async function renewHash(em: EntityManager, userId: number, stored: string, password: string) {
  if (!needsRehash(stored)) return;
  await sqlOf(em)
    .updateTable('users')
    .set({ password_hash: await hashPassword(password) })
    .where('id', '=', userId)
    .where('password_hash', '=', stored)
    .execute();
}

/** Records a sign-in, a sign-out or a failure in the audit trail; `userId` is null for an unknown address. */
export async function recordSessionEvent(
  em: EntityManager,
  actor: Actor,
  action: 'user.signed_in' | 'user.sign_in_failed' | 'user.signed_out' | 'user.proof_failed',
  userId: number | null,
  details: AuditDetails = {},
): Promise<void> {
  const fork = em.fork();
  record(fork, actor, action, userId, details);
  await fork.flush();
}
