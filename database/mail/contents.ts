import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { type CalendarDate, daysBetween, endOfLastDay, todayIn } from '../../domain/dates.ts';
import type { NotificationFacts } from '../../domain/wording/notifications.ts';
import { openItems } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What a manager is told when an offboarding is complete. */
export interface Completion {
  leaverId: number;
  name: string;
  jobTitle: string | null;
  department: string | null;
  completedAt: Date;
  completedBy: Actor;
  completedByName: string | null;
  /** How many people lost their manager with it. */
  reports: number;
}

/** What there is to say of a completion; null when it is none any more. */
export async function completionOf(em: EntityManager, offboardingId: number): Promise<Completion | null> {
  const { rows } = await sql<Completion>`
    select u.id as "leaverId", u.name, u.job_title as "jobTitle", u.department,
      o.closed_at as "completedAt", o.completed_by as "completedBy",
      (select c.name from users c where 'user:' || c.id = o.completed_by
        and c.id = nullif(regexp_replace(o.completed_by, '^user:(\\d+)$|.*', '\\1'), '')::int) as "completedByName",
      coalesce((select (a.details->>'reports')::int from audit_entries a
        where a.user_id = u.id and a.action = 'user.offboarded' order by a.id desc limit 1), 0) as reports
    from offboardings o join users u on u.id = o.user_id
    where o.id = ${offboardingId} and o.state = 'completed'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Something somebody still has, or still waits for. */
export interface OpenItem {
  kind: 'hardware' | 'software' | 'request';
  what: string;
  /** The device's tag, the license's vendor. */
  mark: string | null;
  since: Date;
}

/** A leaver as a reminder mail shows them, as they are now. */
export interface Reminded {
  id: number;
  name: string;
  department: string | null;
  managerId: number | null;
  manager: string | null;
  lastDay: CalendarDate;
  zone: string;
  /** In their zone; negative once the last day is over. */
  daysLeft: number;
  /** The moment their last day ends. */
  overAt: Date;
  /** What is open, oldest first. */
  items: OpenItem[];
}

/**
 * The people whom a digest's notifications remind of, as they are now: whoever has been completed or stays is left
 * out. Those whose last day is the oldest come first.
 */
export async function remindedOf(em: EntityManager, mailId: number, now: Date): Promise<Reminded[]> {
  const { rows } = await sql<Omit<Reminded, 'daysLeft' | 'overAt' | 'items'> & { items: StoredItem[] }>`
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
    left join users m on m.id = u.manager_id and m.status = 'active'
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

/** As JSON writes it. */
type StoredItem = Omit<OpenItem, 'since'> & { since: string };

/** The notifications that a mail carries, oldest first. */
export async function noticesOf(
  em: EntityManager,
  mailId: number,
): Promise<(NotificationFacts & { createdAt: Date })[]> {
  const { rows } = await sql<NotificationFacts & { createdAt: Date }>`
    select n.kind, u.name as about, n.about_user_id is not distinct from n.user_id as own, n.details,
      n.created_at as "createdAt"
    from notifications n left join users u on u.id = n.about_user_id
    where n.mail_id = ${mailId} order by n.id`.execute(sqlOf(em));
  return rows;
}
