import { sql } from 'kysely';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { openCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What the engine should know of an open offboarding. */
export interface ExpectedWorkflow extends OpenCounts {
  offboardingId: number;
  endDate: string | null;
  department: string | null;
}

/** Those of these offboardings that are open. */
export async function expectedWorkflows(
  em: EntityManager,
  offboardingIds: readonly number[],
): Promise<ExpectedWorkflow[]> {
  const { rows } = await sql<ExpectedWorkflow>`
    select o.id as "offboardingId", u.end_date as "endDate", u.department,
      ${openCounts(sql`u.id`)}
    from offboardings o
    join users u on u.id = o.user_id
    where o.state = 'open' and o.id = any(${offboardingIds}::int[])`.execute(sqlOf(em));
  return rows;
}

/** The open offboardings besides these. */
export async function offboardingsWithoutWorkflow(
  em: EntityManager,
  followed: readonly number[],
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from offboardings
    where state = 'open' and id not in (select unnest(${followed}::int[]))
    order by id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}

/** How many offboardings are open. */
export async function countExpectedWorkflows(em: EntityManager): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from offboardings where state = 'open'`.execute(sqlOf(em));
  return rows[0]!.count;
}

/**
 * Those of these offboardings, open or not, that the engine was told of within so many milliseconds, or will be. What it
 * has refused may wait longer than that for its next try.
 */
export async function recentlySignalled(
  em: EntityManager,
  offboardingIds: readonly number[],
  ms: number,
): Promise<Set<number>> {
  // Counted from the beginning of the transaction, so that what is told while the engine is looked at is told lately.
  const within = sql`${ms}::int * interval '1 millisecond'`;
  const { rows } = await sql<{ id: number }>`
    select distinct offboarding_id as id from outbox
    where offboarding_id = any(${offboardingIds}::int[])
      and case when sent_at is null then next_try_at <= now() + ${within} else sent_at > now() - ${within} end`.execute(
    sqlOf(em),
  );
  return new Set(rows.map(({ id }) => id));
}
