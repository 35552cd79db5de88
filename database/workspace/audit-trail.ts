import { sql } from 'kysely';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** An entry of the trail with the names of who did it and whom it is about. */
export interface AuditRow {
  id: number;
  at: Date;
  actor: string;
  actorName: string | null;
  action: AuditAction;
  userId: number | null;
  user: string | null;
  details: AuditDetails;
  /** The names of the managers whose ids stand in the details, by their ids; null where there are none. */
  managers: Record<string, string> | null;
}

/** Which entries to show: one kind, one person, older than an id. */
export interface AuditFilter {
  action: string | null;
  userId: number | null;
  before: number | null;
}

/** A cast beside a condition could be tried first, on `system` and on tokens; inside CASE it waits for its turn. */
const actorId = sql`case when e.actor ~ '^user:[0-9]+$' then substring(e.actor from 6)::int end`;

/** Two kinds hold ids of people in their details. */
const managers = sql`case when e.action in ('user.manager_changed', 'user.manager_cleared') then (
  select jsonb_object_agg(m.id, m.name) from users m where m.id in (
    select id::int from (values (e.details->'from'), (e.details->'to'), (e.details->'formerManagerId')) held (id)
    where jsonb_typeof(id) = 'number')) end`;

/** The newest entries that fit, by one statement; paged by id, because the trail only grows. */
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
    left join users a on a.id = ${actorId}
    where ${before === null ? sql`true` : sql`e.id < ${before}`}
      and ${action === null ? sql`true` : sql`e.action = ${action}`}
      and ${userId === null ? sql`true` : sql`e.user_id = ${userId}`}
    order by e.id desc limit ${limit}`.execute(sqlOf(em));
  return rows;
}
