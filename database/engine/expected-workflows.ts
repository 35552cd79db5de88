import { sql } from 'kysely';
import type { OpenCounts } from '../../domain/offboarding/checklist.ts';
import { openCounts } from '../core/checklist-sql.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What Temporal should know about an open offboarding. */
export interface ExpectedWorkflow extends OpenCounts {
  offboardingId: number;
  endDate: string | null;
  department: string | null;
}

/** What Temporal should know about those of these offboardings that are open. */
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

/** The open offboardings that are not in `running`. */
export async function offboardingsWithoutWorkflow(
  em: EntityManager,
  running: readonly number[],
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from offboardings
    where state = 'open' and id not in (select unnest(${running}::int[]))
    order by id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}

/** The number of open offboardings. */
export async function countExpectedWorkflows(em: EntityManager): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from offboardings where state = 'open'`.execute(sqlOf(em));
  return rows[0]!.count;
}

/**
 * Those of these offboardings with an outbox row that was sent in the last `ms` milliseconds, or is due in the next.
 * They may be closed. A row that Temporal rejected may be due later.
 */
export async function recentlySignalled(
  em: EntityManager,
  offboardingIds: readonly number[],
  ms: number,
): Promise<Set<number>> {
  // `now()` is the start of the transaction, so signals sent while the caller reads Temporal count as recent.
  const within = sql`${ms}::int * interval '1 millisecond'`;
  const { rows } = await sql<{ id: number }>`
    select distinct offboarding_id as id from outbox
    where offboarding_id = any(${offboardingIds}::int[])
      and case when sent_at is null then next_try_at <= now() + ${within} else sent_at > now() - ${within} end`.execute(
    sqlOf(em),
  );
  return new Set(rows.map(({ id }) => id));
}
