import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** Records a worker's heartbeat, and deletes heartbeats that are older than a day. */
export async function recordHeartbeat(em: EntityManager, worker: string): Promise<void> {
  const db = sqlOf(em);
  await sql`
    insert into heartbeats (worker, seen_at) values (${worker}, now())
    on conflict (worker) do update set seen_at = excluded.seen_at`.execute(db);
  await sql`delete from heartbeats where seen_at < now() - interval '1 day'`.execute(db);
}

/** Deletes the heartbeat of a worker that shuts down, so that it does not look alive. */
export async function removeHeartbeat(em: EntityManager, worker: string): Promise<void> {
  await sql`delete from heartbeats where worker = ${worker}`.execute(sqlOf(em));
}

/** The time of the latest heartbeat of any worker; null when there is none. */
export async function lastHeartbeat(em: EntityManager): Promise<Date | null> {
  const { rows } = await sql<{ seenAt: Date | null }>`
    select max(seen_at) as "seenAt" from heartbeats`.execute(sqlOf(em));
  return rows[0]!.seenAt;
}
