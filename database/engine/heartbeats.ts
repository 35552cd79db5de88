import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** Signs that a worker is alive. Forgets workers that have been silent for a day. */
export async function recordHeartbeat(em: EntityManager, worker: string): Promise<void> {
  const db = sqlOf(em);
  await sql`
    insert into heartbeats (worker, seen_at) values (${worker}, now())
    on conflict (worker) do update set seen_at = excluded.seen_at`.execute(db);
  await sql`delete from heartbeats where seen_at < now() - interval '1 day'`.execute(db);
}

/** Forgets a worker that ends: what is left must not look alive. */
export async function removeHeartbeat(em: EntityManager, worker: string): Promise<void> {
  await sql`delete from heartbeats where worker = ${worker}`.execute(sqlOf(em));
}

/** When a worker was last seen; null when none ever was. */
export async function lastHeartbeat(em: EntityManager): Promise<Date | null> {
  const { rows } = await sql<{
    seenAt: Date | null;
  }>`select max(seen_at) as "seenAt" from heartbeats`.execute(sqlOf(em));
  return rows[0]!.seenAt;
}
