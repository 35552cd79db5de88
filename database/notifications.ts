import { sql } from 'kysely';
import type { AuditDetails } from '../domain/audit.ts';
import type { NotificationKind } from '../domain/notices.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** A notification as its page shows it, with the name of the person it is about. */
export interface NotificationRow {
  id: number;
  kind: NotificationKind;
  aboutUserId: number | null;
  about: string | null;
  details: AuditDetails;
  createdAt: Date;
  readAt: Date | null;
}

/** The newest notifications of a person, `limit` of them older than the one with id `before`. */
export async function notificationsOf(
  em: EntityManager,
  userId: number,
  before: number | null,
  limit: number,
): Promise<NotificationRow[]> {
  const { rows } = await sql<NotificationRow>`
    select n.id, n.kind, n.about_user_id as "aboutUserId", u.name as about, n.details,
      n.created_at as "createdAt", n.read_at as "readAt"
    from notifications n left join users u on u.id = n.about_user_id
    where n.user_id = ${userId} and (${before}::int is null or n.id < ${before})
    order by n.id desc limit ${limit}`.execute(sqlOf(em));
  return rows;
}

/** Marks everything a person has been told up to and including `upTo` as read. */
export async function markRead(
  em: EntityManager,
  userId: number,
  upTo: number,
  now = new Date(),
): Promise<void> {
  await sqlOf(em)
    .updateTable('notifications')
    .set({ read_at: now })
    .where('user_id', '=', userId)
    .where('id', '<=', upTo)
    .where('read_at', 'is', null)
    .execute();
}
