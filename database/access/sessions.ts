import { type RawBuilder, sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import { type Actor, userActor } from '../../domain/actor.ts';
import type { LookAhead } from '../../domain/offboarding/queue.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { decisionCount } from '../directory/decision-count.ts';
import { unreadCount } from '../mail/notifications.ts';
import { userHasAccess } from './has-access.ts';

/** The active user of a session, as every page needs them. */
export interface PersonSignedIn {
  id: number;
  name: string;
  /** Not null, because only somebody with an address can sign in. */
  email: string;
  role: Role;
  /** Their own zone, else the workspace's; times are shown in it. */
  zone: string;
  /** The workspace's zone, which decides what "today" is in lists. */
  workspaceZone: string;
  /** The look-ahead that they last chose in the queue; null before they chose one. */
  lookAhead: LookAhead | null;
  /** Whether the console reacts to single keys. */
  shortcuts: boolean;
  /** Unread notifications, a hundred at most. */
  unread: number;
  /** What the directory leaves to a super-admin to decide, 200 at most; 0 for other roles. */
  toDecide: number;
}

/** The active user with this id and their unread count, in one statement; null when there is none. */
export async function personSignedIn(em: EntityManager, userId: number): Promise<PersonSignedIn | null> {
  const { rows } = await sql<PersonSignedIn>`
    select u.id, u.name, u.email, u.role, coalesce(u.time_zone, w.time_zone) as zone,
      w.time_zone as "workspaceZone", u.look_ahead as "lookAhead", u.shortcuts, ${unreadCount} as unread,
      case when u.role = 'super-admin' then ${decisionCount} else 0 end as "toDecide"
    from users u cross join workspace w where u.id = ${userId} and ${userHasAccess('u')}`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** A session that has not expired. */
export interface OpenSession {
  /** The hash that it is stored under, which cannot be used to sign in. */
  key: string;
  startedAt: Date;
  /** Precise to a minute. */
  lastSeenAt: Date;
  /** The IP address of the sign-in. */
  address: string;
  userAgent: string;
}

/** A user's sessions that have not expired and started after `startedAfter`, last used first. */
export async function sessionsOf(
  em: EntityManager,
  userId: number,
  startedAfter: Date,
): Promise<OpenSession[]> {
  const { rows } = await sql<OpenSession>`
    select sid as key, ${startedAt} as "startedAt",
      expire - (sess->'cookie'->>'originalMaxAge')::float * interval '1 ms' as "lastSeenAt",
      coalesce(sess->>'address', '') as address, coalesce(sess->>'userAgent', '') as "userAgent"
    from sessions
    where sess->>'userId' = ${String(userId)} and expire > now() and ${startedAt} > ${startedAfter}
    order by expire desc, sid`.execute(sqlOf(em));
  return rows;
}

const startedAt = sql<Date>`to_timestamp((sess->>'startedAt')::float / 1000)`;

/** Ends one of the user's own sessions by its key, and records it. Does nothing for another user's session. */
export const endOneSession = (em: EntityManager, userId: number, key: string): Promise<void> =>
  endAndRecord(em, userActor(userId), userId, sql`sid = ${key}`);

/** Ends the user's own sessions except the one with this key, and records it. */
export const endOtherSessions = (em: EntityManager, userId: number, key: string): Promise<void> =>
  endAndRecord(em, userActor(userId), userId, sql`sid <> ${key}`);

/** Ends every session of a user on behalf of `actor`, and records it. Throws NotFound. */
export const endSessionsOf = (em: EntityManager, actor: Actor, userId: number): Promise<void> =>
  endAndRecord(em, actor, userId, sql`true`);

const endAndRecord = (em: EntityManager, actor: Actor, userId: number, which: RawBuilder<unknown>) =>
  changeAbout(em, userId, actor, async (change) => {
    const { numAffectedRows } = await sql`
      delete from sessions where sess->>'userId' = ${String(userId)} and ${which}`.execute(sqlOf(change.em));
    const sessions = Number(numAffectedRows ?? 0);
    if (sessions > 0) change.record('user.sessions_ended', { sessions });
  });

/** Ends every session of a user, except the one with the key `except`. Records nothing. */
export async function endSessions(em: EntityManager, userId: number, except = ''): Promise<void> {
  await sqlOf(em)
    .deleteFrom('sessions')
    .where(sql`sess->>'userId'`, '=', String(userId))
    .where('sid', '<>', except)
    .execute();
}
