import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { systemActor, userActor } from '../../domain/actor.ts';
import { maySignIn } from '../../domain/user-status.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { hashPassword, isPassword, needsRehash } from './passwords.ts';

/**
 * The id of the person these credentials belong to, if they may sign in, else null after the same time.
 * Either way the audit trail says that somebody tried.
 */
export async function idOfPersonWith(
  em: EntityManager,
  email: string,
  password: string,
): Promise<number | null> {
  const user = await sqlOf(em)
    .selectFrom('users')
    .select(['id', 'status', 'password_hash'])
    .where(sql`lower(email)`, '=', sql`lower(${email})`)
    .executeTakeFirst();
  const fits = await isPassword(password, user?.password_hash ?? null);
  if (user === undefined || !fits || !maySignIn(user.status)) {
    // Of an unknown address too: without the write its answer would come sooner than that of a known one.
    await noteSession(em, systemActor, 'user.sign_in_failed', user?.id ?? null);
    return null;
  }
  await renewHash(em, user.id, user.password_hash!, password);
  await noteSession(em, userActor(user.id), 'user.signed_in', user.id);
  return user.id;
}

/** Only a sign-in knows the password, and so can store it at today's cost; one set meanwhile stays. */
async function renewHash(em: EntityManager, userId: number, stored: string, password: string) {
  if (!needsRehash(stored)) return;
  await sqlOf(em)
    .updateTable('users')
    .set({ password_hash: await hashPassword(password) })
    .where('id', '=', userId)
    .where('password_hash', '=', stored)
    .execute();
}

/** Notes a sign-in, a failed one or a sign-out in the audit trail; a failed one may be of nobody we know. */
export async function noteSession(
  em: EntityManager,
  actor: Actor,
  action: 'user.signed_in' | 'user.sign_in_failed' | 'user.signed_out',
  userId: number | null,
): Promise<void> {
  const fork = em.fork();
  record(fork, actor, action, userId);
  await fork.flush();
}
