import { sql } from 'kysely';
import type { AuditDetails } from '../../domain/audit.ts';
import type { NotificationKind } from '../../domain/wording/notifications.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** One notification, with the name of the person it is about. */
export interface NotificationRow {
  id: number;
  kind: NotificationKind;
  aboutUserId: number | null;
  about: string | null;
  details: AuditDetails;
  createdAt: string;
  isRead: boolean;
}

/** Notifications of the same day and kind that the console shows as one. */
export interface NotificationGroup {
  /** Of the newest notification. */
  id: number;
  kind: NotificationKind;
  total: number;
  unread: number;
  /** Newest first, at most `shownOfGroup`. */
  newest: NotificationRow[];
}

/** How many notifications of a group are shown; there may be hundreds. */
const shownOfGroup = 50;

/**
 * SQL condition: notification `n` is shown and counted as one with those of its kind and UTC day, because there may be
 * hundreds. Notifications about the reader are never grouped. Two indexes repeat this condition.
 */
const isGroupedByDay = sql<boolean>`(
  n.kind in ('offboarding_reminder', 'offboarding_ready', 'mail_failed', 'webhook_failed')
    and n.about_user_id is distinct from n.user_id)`;
const day = sql`(n.created_at at time zone 'UTC')::date`;
const groupKey = sql<string>`case when ${isGroupedByDay} then n.kind || ${day} else n.id::text end`;

/** The cap of the unread count, which limits its cost. */
const maxUnreadCount = 100;

const isUnread = sql<boolean>`n.user_id = u.id and n.read_at is null`;

/**
 * The unread count of user `u`: groups count as one, a hundred at most. Every page reads it, so the recursion skips
 * from one day to the next in the index instead of reading each grouped notification.
 */
export const unreadCount = sql<number>`(
  with recursive days as (
    (select n.kind, ${day} as day from notifications n where ${isUnread} and ${isGroupedByDay}
      order by n.kind, ${day} limit 1)
    union all
    select next.kind, next.day from days d cross join lateral (
      select n.kind, ${day} as day from notifications n
      where ${isUnread} and ${isGroupedByDay} and (n.kind, ${day}) > (d.kind, d.day)
      order by n.kind, ${day} limit 1
    ) next
  )
  select least(${maxUnreadCount},
    (select count(*) from (select from days limit ${maxUnreadCount}) counted)
    + (select count(*) from (
        select from notifications n where ${isUnread} and not ${isGroupedByDay} limit ${maxUnreadCount}
      ) counted)))`;

/** A user's newest `limit` groups of notifications older than id `before`, newest first, in one statement. */
export async function notificationsOf(
  em: EntityManager,
  userId: number,
  { before, limit }: { before: number | null; limit: number },
): Promise<NotificationGroup[]> {
  const { rows } = await sql<NotificationGroup>`
    with own as (
      select n.*, ${groupKey} as key from notifications n where n.user_id = ${userId}
    ), grouped as (
      select key, max(id) as id, count(*) as total, count(*) filter (where read_at is null) as unread
      from own group by key
      having ${before}::int is null or max(id) < ${before} order by max(id) desc limit ${limit}
    )
    select g.id, g.total, g.unread, (select kind from own where own.id = g.id) as kind,
      (select jsonb_agg(shown.line order by shown.id desc) from (
        select o.id, jsonb_build_object('id', o.id, 'kind', o.kind, 'aboutUserId', o.about_user_id, 'about', u.name,
          'details', o.details, 'createdAt', o.created_at, 'isRead', o.read_at is not null) as line
        from own o left join users u on u.id = o.about_user_id
        where o.key = g.key order by o.id desc limit ${shownOfGroup}
      ) shown) as newest
    from grouped g order by g.id desc`.execute(sqlOf(em));
  return rows;
}

/** Marks a user's notifications up to and including id `upTo` as read. */
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
