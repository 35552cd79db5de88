import { sql } from 'kysely';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { actorIdIn } from '../core/actor-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** An audit entry with the names of its actor and of the person it is about. */
export interface AuditRow {
  id: number;
  at: Date;
  actor: string;
  actorName: string | null;
  action: AuditAction;
  userId: number | null;
  user: string | null;
  details: AuditDetails;
  /** The names of the managers or owners in the details, by id; null when there are none. */
  managers: Record<string, string> | null;
}

/** Which entries to show: one action, one person with their merged records, ids below `before`. Null means all. */
export interface AuditFilter {
  action: string | null;
  userId: number | null;
  before: number | null;
}

/** Only these actions have ids of people in their details. */
const managers = sql`case when e.action in ('user.manager_changed', 'user.manager_cleared', 'offboarding.owner_changed',
  'offboarding.owner_cleared') then (
  select jsonb_object_agg(m.id, m.name) from users m where m.id in (
    select id::int from (values (e.details->'from'), (e.details->'to'), (e.details->'formerManagerId'), (e.details->'formerOwnerId')) held (id)
    where jsonb_typeof(id) = 'number')) end`;

/** The newest matching entries, in one statement. Paged by id, because entries are only ever added. */
export async function auditTrail(
  em: EntityManager,
  { action, userId, before }: AuditFilter,
  limit: number,
): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select e.id, e.at, e.actor, e.action, e.user_id as "userId", u.name as user, a.name as "actorName", e.details,
      ${managers} as managers
    from audit_entries e
    left join users u on u.id = e.user_id
    left join users a on a.id = ${actorIdIn(sql`e.actor`)}
    where ${before === null ? sql`true` : sql`e.id < ${before}`}
      and ${action === null ? sql`true` : sql`e.action = ${action}`}
      and ${userId === null ? sql`true` : sql`e.user_id = any(array(select id from users where id = ${userId} or merged_into = ${userId}))`}
    order by e.id desc limit ${limit}`.execute(sqlOf(em));
  return rows;
}
