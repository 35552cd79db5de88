import { type RawBuilder, sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import { type Actor, userActor } from '../../domain/actor.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { unreadCount } from '../mail/notifications.ts';

/** Who a session belongs to, when they may still be in: name, role, zone and how much they have not read. */
export interface PersonSignedIn {
  id: number;
  name: string;
  email: string;
  role: Role;
  /** Their own zone, else the workspace's: moments are shown in it. */
  zone: string;
  /** The workspace's: what "today" is for lists. */
  workspaceZone: string;
  /** Unread notifications, a hundred at most. */
  unread: number;
}

/** The active person with this id, with their unread notifications, by one statement; null for anybody else. */
export async function personSignedIn(em: EntityManager, userId: number): Promise<PersonSignedIn | null> {
  const { rows } = await sql<PersonSignedIn>`
    select u.id, u.name, u.email, u.role, coalesce(u.time_zone, w.time_zone) as zone,
      w.time_zone as "workspaceZone", ${unreadCount} as unread
    from users u cross join workspace w where u.id = ${userId} and u.status = 'active'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** A browser that somebody is signed in with. */
export interface OpenSession {
  /** What it is stored under: a hash, which opens nothing. */
  key: string;
  startedAt: Date;
  /** To the minute. */
  lastSeenAt: Date;
  /** Where it was started. */
  address: string;
  userAgent: string;
}

/** The sessions of a person that are not over and were started after a moment, the one used last first. */
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

/** Ends one of one's own sessions, by its key; the audit trail says so. Another person's is left alone. */
export const endOneSession = (em: EntityManager, userId: number, key: string): Promise<void> =>
  endAndNote(em, userActor(userId), userId, sql`sid = ${key}`);

/** Ends one's own sessions but the one with this key; the audit trail says so. */
export const endOtherSessions = (em: EntityManager, userId: number, key: string): Promise<void> =>
  endAndNote(em, userActor(userId), userId, sql`sid <> ${key}`);

/** Ends every session of a person, for whoever looks after them; the audit trail says so. Throws NotFound. */
export const endSessionsOf = (em: EntityManager, actor: Actor, userId: number): Promise<void> =>
  endAndNote(em, actor, userId, sql`true`);

const endAndNote = (em: EntityManager, actor: Actor, userId: number, which: RawBuilder<unknown>) =>
  changeAbout(em, userId, actor, async (change) => {
    const { numAffectedRows } = await sql`
      delete from sessions where sess->>'userId' = ${String(userId)} and ${which}`.execute(sqlOf(change.em));
    const sessions = Number(numAffectedRows ?? 0);
    if (sessions > 0) change.record('user.sessions_ended', { sessions });
  });

/** Ends every session of a person at once; with `except`, a key, all but that one. */
export async function endSessions(em: EntityManager, userId: number, except = ''): Promise<void> {
  await sqlOf(em)
    .deleteFrom('sessions')
    .where(sql`sess->>'userId'`, '=', String(userId))
    .where('sid', '<>', except)
    .execute();
}
