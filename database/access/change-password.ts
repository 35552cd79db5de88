import { passwordProblem } from '../../domain/access/passwords.ts';
import { type Actor, userActor } from '../../domain/actor.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { maySignIn } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { User } from '../entities/index.ts';
import { peekLink, revokeLinks, useLink } from './one-time-links.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { asksForFactor, secondFactorsOf } from './second-factors/factors.ts';
import { endSessions } from './sessions.ts';

/**
 * Uses a one-time link: sets the password, ends the user's sessions and returns their id to sign in. Someone with a second
 * factor is asked for it then, except after a sign-in link of the command line. Returns null when
 * the link is unknown, used or expired. With `password` null a sign-in link keeps the present password. Throws
 * InvalidInput for a password that breaks the rules; the link stays usable.
 */
export async function setPasswordByLink(
  em: EntityManager,
  value: string,
  password: string | null,
): Promise<number | null> {
  const link = await peekLink(em.fork(), value);
  if (link === null) return null;
  const { user, purpose } = link;
  const mayKeep = purpose === 'sign-in' && (await hasPassword(em, user.id));
  const hash = password === null && mayKeep ? null : await checkedHash(password ?? '', user.email ?? null);
  return changeAbout(em, user.id, userActor(user.id), async (change) => {
    if ((await useLink(change.em, value)) === null) return null;
    if (hash !== null) await setPassword(change, hash);
    if (purpose === 'sign-in' || !asksForFactor(await secondFactorsOf(em, user.id)))
      change.record('user.signed_in');
    return user.id;
  });
}

/**
 * Uses a sign-in link without a password, where passwords are off, and returns the user's id to sign in. Returns null for
 * an invitation, and when the link is unknown, used or expired.
 */
export async function signInByLink(em: EntityManager, value: string): Promise<number | null> {
  const link = await peekLink(em.fork(), value);
  if (link?.purpose !== 'sign-in') return null;
  const { id } = link.user;
  return changeAbout(em, id, userActor(id), async (change) => {
    if ((await useLink(change.em, value)) === null) return null;
    change.record('user.signed_in');
    return id;
  });
}

/**
 * Changes a user's own password and ends their other sessions. Throws InvalidInput for a wrong current password and
 * for a new password that breaks the rules.
 */
export async function changePassword(
  em: EntityManager,
  userId: number,
  { current, password, sessionKey }: { current: string; password: string; sessionKey: string },
): Promise<void> {
  const { email, passwordHash } = await em
    .fork()
    .findOneOrFail(User, { id: userId }, { populate: ['passwordHash'] });
  if (!(await isPassword(current, passwordHash))) {
    throw new InvalidInput({ current: "That isn't your current password." });
  }
  const hash = await checkedHash(password, email ?? null);
  await changeAbout(em, userId, userActor(userId), (change) => setPassword(change, hash, sessionKey));
}

/** Whether a user has set a password. */
export const hasPassword = async (em: EntityManager, userId: number): Promise<boolean> =>
  (await em.fork().count(User, { id: userId, passwordHash: { $ne: null } })) === 1;

/** Sets the password of a super-admin who may sign in and has none. Returns whether it did. */
export const setFirstPassword = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  hash: string,
): Promise<boolean> =>
  changeAbout(em, userId, actor, async (change) => {
    const { role } = change.user;
    if (role !== 'super-admin' || !maySignIn(change.user) || (await hasPassword(change.em, userId)))
      return false;
    await setPassword(change, hash);
    return true;
  });

async function checkedHash(password: string, email: string | null): Promise<string> {
  const problem = passwordProblem(password, email);
  if (problem !== null) throw new InvalidInput({ password: problem });
  return hashPassword(password);
}

/** Also revokes links and ends sessions, because a person who knew the old password may hold one. */
async function setPassword(change: Change, hash: string, exceptSession = ''): Promise<void> {
  change.user.passwordHash = hash;
  change.record('user.password_set');
  await revokeLinks(change.em, change.user.id);
  await endSessions(change.em, change.user.id, exceptSession);
}
