import { sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import { userHasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The most open streams of one session, over all web processes. A page beyond them polls. */
export const maxStreamsOfSession = 8;

/** A process that has not confirmed its streams for this long is gone, in seconds. */
const confirmedWithinSeconds = 60;
const isConfirmed = sql<boolean>`seen_at > now() - ${confirmedWithinSeconds} * interval '1 second'`;

/** A stream that a page opens. */
export interface NewStream {
  processId: string;
  /** The key that the session is stored under. */
  sessionKey: string;
  /** The reader. */
  userId: number;
  /** The leaver whose checklist the page shows. */
  leaverId: number | null;
}

/** Stores an open stream and returns its id; null when the session has `most` already. */
export async function addStream(em: EntityManager, stream: NewStream, most: number): Promise<number | null> {
  const { processId, sessionKey, userId, leaverId } = stream;
  const { rows } = await sql<{ id: number }>`
    insert into live_streams (process_id, session_key, user_id, leaver_id)
    select ${processId}::uuid, ${sessionKey}, ${userId}::int, ${leaverId}::int
    where (select count(*) from live_streams where session_key = ${sessionKey} and ${isConfirmed})
      < ${most}
    returning id`.execute(sqlOf(em));
  return rows[0]?.id ?? null;
}

/** Removes closed streams. */
export async function removeStreams(em: EntityManager, ids: readonly number[]): Promise<void> {
  await sql`delete from live_streams where id = any(${ids}::int[])`.execute(sqlOf(em));
}

/** Confirms that the streams of a process are open, and removes those of processes that are gone. */
export async function confirmStreams(em: EntityManager, processId: string): Promise<void> {
  await sql`
    with confirmed as (
      update live_streams set seen_at = now() where process_id = ${processId}::uuid
    )
    delete from live_streams where process_id <> ${processId}::uuid and not ${isConfirmed}`.execute(
    sqlOf(em),
  );
}

/** A session that is open, with its active reader. */
export interface OpenSession {
  key: string;
  userId: number;
  role: Role;
  /** How long it stays open unless it is used, in milliseconds. */
  remainingMs: number;
}

/** Those of these sessions that are open: not ended, not expired, their reader active. In one statement. */
export async function openSessions(em: EntityManager, keys: readonly string[]): Promise<OpenSession[]> {
  const { rows } = await sql<OpenSession>`
    select s.sid as key, u.id as "userId", u.role,
      extract(epoch from s.expire - clock_timestamp())::float8 * 1000 as "remainingMs"
    from sessions s join users u on u.id = (s.sess->>'userId')::int
    where s.sid = any(${keys}::text[]) and s.expire > now() and ${userHasAccess('u')}`.execute(sqlOf(em));
  return rows;
}

/** The others who have a leaver's checklist open, by name; at most `limit`, and how many there are. */
export async function visitorsOf(
  em: EntityManager,
  { leaverId, readerId, limit }: { leaverId: number; readerId: number; limit: number },
): Promise<{ names: string[]; total: number }> {
  const { rows } = await sql<{ name: string; total: number }>`
    select name, count(*) over () as total from users
    where id in (select user_id from live_streams where leaver_id = ${leaverId} and ${isConfirmed})
      and id <> ${readerId}
    order by name, id limit ${limit}`.execute(sqlOf(em));
  return { names: rows.map(({ name }) => name), total: rows[0]?.total ?? 0 };
}
