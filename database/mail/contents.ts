import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { type CalendarDate, daysBetween, endOfLastDay, todayIn } from '../../domain/dates.ts';
import type { NotificationFacts, NotificationKind } from '../../domain/wording/notifications.ts';
import { userHasAccess } from '../access/has-access.ts';
import { actorIdIn } from '../core/actor-sql.ts';
import { openItems } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The facts for the manager's mail about a completed offboarding. */
export interface Completion {
  leaverId: number;
  name: string;
  jobTitle: string | null;
  department: string | null;
  completedAt: Date;
  completedBy: Actor;
  completedByName: string | null;
  /** How many people lost their manager. */
  reports: number;
}

/** The facts of a completion; null when the offboarding is not completed any more. */
export async function completionOf(em: EntityManager, offboardingId: number): Promise<Completion | null> {
  const { rows } = await sql<Completion>`
    select u.id as "leaverId", u.name, u.job_title as "jobTitle", u.department,
      o.closed_at as "completedAt", o.completed_by as "completedBy",
      (select c.name from users c where c.id = ${actorIdIn(sql`o.completed_by`)}) as "completedByName",
      coalesce((select (a.details->>'reports')::int from audit_entries a
        where a.user_id = u.id and a.action = 'user.offboarded' order by a.id desc limit 1), 0) as reports
    from offboardings o join users u on u.id = o.user_id
    where o.id = ${offboardingId} and o.state = 'completed'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** A device, a seat or a request that is still open. */
export interface OpenItem {
  kind: 'hardware' | 'software' | 'request';
  what: string;
  /** The device's tag, the license's vendor or the request's status. */
  mark: string | null;
  since: Date;
}

/** A leaver in a reminder mail, with their present facts. */
export interface RemindedLeaver {
  id: number;
  name: string;
  department: string | null;
  managerId: number | null;
  manager: string | null;
  lastDay: CalendarDate;
  zone: string;
  /** Counted in their zone; negative once the last day is over. */
  daysLeft: number;
  /** When their last day ends. */
  overAt: Date;
  /** Open items, oldest first. */
  items: OpenItem[];
}

/**
 * The leavers of a digest's notifications, earliest last day first. Leaves out people whose offboarding was completed
 * or cancelled since.
 */
export async function remindedLeavers(
  em: EntityManager,
  mailId: number,
  now: Date,
): Promise<RemindedLeaver[]> {
  const { rows } = await sql<Omit<RemindedLeaver, 'daysLeft' | 'overAt' | 'items'> & { items: StoredItem[] }>`
    select u.id, u.name, u.department, u.manager_id as "managerId", m.name as manager,
      coalesce(u.end_date, o.deactivated_on) as "lastDay", coalesce(u.time_zone, w.time_zone) as zone,
      (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'what', i.what, 'mark', i.mark, 'since', i.since)
        order by i.since, i.what), '[]') from (
          select 'hardware' as kind, a.model as what, a.tag as mark, x.assigned_at as since
          from ${open.hardware}
          union all select 'software', l.name, l.vendor, x.assigned_at
          from ${open.software}
          union all select 'request', x.item, x.status, x.created_at
          from ${open.requests}
        ) i) as items
    from (select distinct about_user_id as id from notifications where mail_id = ${mailId}) named
    join users u on u.id = named.id
    join offboardings o on o.user_id = u.id and o.state = 'open'
    cross join workspace w
    left join users m on m.id = u.manager_id and ${userHasAccess('m')}
    where coalesce(u.end_date, o.deactivated_on) is not null
    order by "lastDay", u.id`.execute(sqlOf(em));
  return rows.map((row) => ({
    ...row,
    daysLeft: daysBetween(todayIn(row.zone, now), row.lastDay),
    overAt: endOfLastDay(row.lastDay, row.zone),
    items: row.items.map((item) => ({ ...item, since: new Date(item.since) })),
  }));
}

const open = openItems(sql`u.id`);

/** An OpenItem as parsed from JSON. */
type StoredItem = Omit<OpenItem, 'since'> & { since: string };

/** The notifications in a mail, oldest first; only those of `kinds` when it is given. */
export async function notificationsInMail(
  em: EntityManager,
  mailId: number,
  kinds: readonly NotificationKind[] | null = null,
): Promise<(NotificationFacts & { createdAt: Date })[]> {
  const { rows } = await sql<NotificationFacts & { createdAt: Date }>`
    select n.kind, u.name as about, n.about_user_id is not distinct from n.user_id as own, n.details,
      n.created_at as "createdAt"
    from notifications n left join users u on u.id = n.about_user_id
    where n.mail_id = ${mailId} and ${kinds === null ? sql`true` : sql`n.kind = any(${kinds}::text[])`} order by n.id`.execute(
    sqlOf(em),
  );
  return rows;
}
