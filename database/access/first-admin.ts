import { sql } from 'kysely';
import { passwordProblem } from '../../domain/access/passwords.ts';
import { type Actor, systemActor } from '../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { maySignIn } from '../../domain/user-status.ts';
import { changeAbout, record } from '../core/change.ts';
import { personWithEmail } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { User } from '../entities/index.ts';
import { hasPassword, setFirstPassword } from './change-password.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { changeRole } from './roles.ts';

/**
 * Creates the super-admin from the environment unless a user who has not left has that email. An existing user
 * keeps the role. Only a super-admin without a password gets this one, because a newcomer can have the address of a former
 * admin who knows it. Returns whether the password was stored. Throws InvalidInput for one that breaks the rules.
 */
export async function ensureFirstAdmin(
  em: EntityManager,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  const userId = await userIdOf(em, email);
  if (userId !== null && (await hasPassword(em, userId))) return false;
  const problem = passwordProblem(password, email);
  if (problem !== null) throw new InvalidInput({ password: problem });
  const hash = await hashPassword(password);
  if (userId === null) return (await addSuperAdmin(em, systemActor, email, hash)) !== null;
  return setFirstPassword(em, systemActor, userId, hash);
}

/** Whether the first super-admin signs in with the password of the environment. Records no sign-in. */
export async function firstAdminMaySignIn(
  em: EntityManager,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  const userId = await userIdOf(em, email);
  if (userId === null) return false;
  const user = await em.fork().findOneOrFail(User, { id: userId }, { populate: ['passwordHash'] });
  return maySignIn(user) && (await isPassword(password, user.passwordHash));
}

/**
 * Promotes the user who has this email to super-admin, or creates one without a password; returns the id. Someone
 * who has left does not have it any more. Throws a Refusal for a user who may not sign in.
 */
export async function makeSuperAdmin(em: EntityManager, actor: Actor, email: string): Promise<number> {
  if ((await userIdOf(em, email)) === null) {
    const added = await addSuperAdmin(em, actor, email, null);
    if (added !== null) return added;
  }
  const user = await em.fork().findOneOrFail(User, { id: (await userIdOf(em, email))! });
  if (user.status !== 'active') {
    throw new Refusal('may-not-sign-in', `${user.email} is ${user.status} and can't be a super admin.`);
  }
  await restoreAccess(em, actor, user.id);
  await changeRole(em, actor, user.id, 'super-admin');
  return user.id;
}

/** Restores the access that a directory ended, because an operator must get in when the directory is wrong. */
const restoreAccess = (em: EntityManager, actor: Actor, userId: number): Promise<void> =>
  changeAbout(em, userId, actor, async ({ user, changed, record }) => {
    if (!user.directoryInactive) return;
    user.directoryInactive = false;
    changed();
    record('user.access_restored');
  });

async function userIdOf(em: EntityManager, email: string): Promise<number | null> {
  const { rows } = await sql<{ id: number | null }>`select ${personWithEmail(email)} as id`.execute(
    sqlOf(em),
  );
  return rows[0]!.id;
}

/** Adds the user with their audit entry; null when the address is taken, also by a concurrent process. */
const addSuperAdmin = (
  em: EntityManager,
  actor: Actor,
  email: string,
  passwordHash: string | null,
): Promise<number | null> =>
  em.fork().transactional(async (transaction) => {
    const { rows } = await sql<{ id: number }>`
      insert into users (name, email, role, password_hash)
      values (${nameFrom(email)}, ${email}, 'super-admin', ${passwordHash})
      on conflict do nothing returning id`.execute(sqlOf(transaction));
    const userId = rows[0]?.id ?? null;
    if (userId !== null) record(transaction, actor, 'user.created', userId, { role: 'super-admin' });
    return userId;
  });

/** `ada.lovelace@…` becomes Ada Lovelace; a user can correct it later. */
const nameFrom = (email: string): string =>
  email
    .slice(0, email.lastIndexOf('@'))
    .split(/[._-]+/)
    .filter(Boolean)
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join(' ') || email;
