import { sql } from 'kysely';
import type { Database } from '../../../database/core/orm.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import type { AuditAction } from '../../../domain/audit.ts';

/** Writes the last audit entry of an action again as if it were older, because entries cannot be changed. */
export async function ageLastEntry(
  { em }: Database,
  userId: number,
  action: AuditAction,
  seconds: number,
): Promise<void> {
  await sql`
    insert into audit_entries (actor, action, user_id, details, at)
    select actor, action, user_id, details, now() - make_interval(secs => ${seconds}) from audit_entries
    where user_id = ${userId} and action = ${action} order by id desc limit 1`.execute(sqlOf(em.fork()));
}
