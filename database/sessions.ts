import { sql } from 'kysely';
import type { Role } from '../domain/permissions.ts';
import { unreadCount } from './notifications.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** Who a session belongs to, when they may still be in: name, role, zone and how much they have not read. */
export interface PersonSignedIn {
  id: number;
  name: string;
  email: string;
  role: Role;
  /** Their own zone, else the workspace's. */
  zone: string;
  unread: number;
}

/** The active person with this id, with their unread notifications, by one statement; null for anybody else. */
export async function personSignedIn(em: EntityManager, userId: number): Promise<PersonSignedIn | null> {
  const { rows } = await sql<PersonSignedIn>`
    select u.id, u.name, u.email, u.role, coalesce(u.time_zone, w.time_zone) as zone, ${unreadCount} as unread
    from users u cross join workspace w where u.id = ${userId} and u.status = 'active'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Ends every session of a person at once; with `except` all but that one. */
export async function endSessions(em: EntityManager, userId: number, except = ''): Promise<void> {
  await sqlOf(em)
    .deleteFrom('sessions')
    .where(sql`sess->>'userId'`, '=', String(userId))
    .where('sid', '<>', except)
    .execute();
}
