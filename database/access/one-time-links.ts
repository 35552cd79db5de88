import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction } from '../../domain/audit.ts';
import { Refusal } from '../../domain/failures.ts';
import { maySignIn, standingWords } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import { sha256 } from '../core/hash.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { LinkPurpose } from '../entities/access/access.ts';
import { OneTimeLink, User } from '../entities/index.ts';
import { userHasAccess } from './has-access.ts';
import { refuseUnreachable } from './needed-email.ts';

const hour = 3_600_000;

/** How long a link is valid, in milliseconds. */
const lifetimes: Record<LinkPurpose, number> = { invitation: 72 * hour, 'sign-in': hour };

const actions: Record<LinkPurpose, AuditAction> = {
  invitation: 'user.invited',
  'sign-in': 'user.sign_in_link_made',
};

/** A valid link that has not been used. */
export interface UnusedLink {
  user: User;
  purpose: LinkPurpose;
}

/** The path of the page that a link opens, below the public address of Lastday. */
export const linkPath = (value: string): string => `/invitation/${value}`;

/**
 * Creates a one-time link for a user and returns its value, which is not stored. Revokes older links for the same
 * purpose. Throws a Refusal for a user who may not sign in or has no email, and NotFound.
 */
export const createLink = (
  em: EntityManager,
  { userId, purpose, actor }: { userId: number; purpose: LinkPurpose; actor: Actor },
  now = new Date(),
): Promise<string> =>
  changeAbout(em, userId, actor, async (change) => {
    if (!maySignIn(change.user)) {
      throw new Refusal('may-not-sign-in', `This person ${standingWords(change.user)} and can't sign in.`);
    }
    refuseUnreachable(change.user);
    await revokeLinks(change.em, userId, { purpose }, now);
    const value = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now.getTime() + lifetimes[purpose]);
    change.em.create(OneTimeLink, { userId, purpose, hash: sha256(value), createdAt: now, expiresAt });
    change.record(actions[purpose]);
    return value;
  });

/** Revokes a user's unused links, of one purpose or all. Returns their number. */
export const revokeLinks = (
  em: EntityManager,
  userId: number,
  which: { purpose?: LinkPurpose } = {},
  now = new Date(),
): Promise<number> => em.nativeUpdate(OneTimeLink, { userId, usedAt: null, ...which }, { usedAt: now });

/** The user and purpose of a link, without using it; null when it is unknown, used or expired. */
export async function peekLink(
  em: EntityManager,
  value: string,
  now = new Date(),
): Promise<UnusedLink | null> {
  const link = await em.findOne(OneTimeLink, {
    hash: sha256(value),
    usedAt: null,
    expiresAt: { $gt: now },
  });
  if (link === null) return null;
  const user = await em.findOneOrFail(User, { id: link.userId });
  return maySignIn(user) ? { user, purpose: link.purpose } : null;
}

/**
 * Uses a link and returns its user; null when it is unknown, used or expired. One statement in the transaction of
 * `em`, so that two clicks cannot both succeed and a rollback makes the link usable again.
 */
export async function useLink(em: EntityManager, value: string, now = new Date()): Promise<User | null> {
  const { rows } = await sql<{ userId: number }>`
    update one_time_links l set used_at = ${now} from users u
    where l.hash = ${sha256(value)} and l.used_at is null and l.expires_at > ${now}
      and u.id = l.user_id and ${userHasAccess('u')}
    returning l.user_id as "userId"`.execute(sqlOf(em));
  return rows[0] ? em.findOneOrFail(User, { id: rows[0].userId }) : null;
}
