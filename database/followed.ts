import { sql } from 'kysely';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

/** What the engine should know of an open offboarding. */
export interface Followed {
  offboardingId: number;
  endDate: string | null;
  department: string | null;
  hardware: number;
  seats: number;
  requests: number;
  /** Something is on its way to the engine. */
  isBeingTold: boolean;
  /** When the engine was last told, within the last ten minutes; else null. */
  toldAt: Date | null;
}

/** Every open offboarding, by one statement. */
export async function followedOffboardings(em: EntityManager): Promise<Followed[]> {
  const { rows } = await sql<Followed>`
    with told as (
      select offboarding_id, bool_or(sent_at is null) as is_being, max(sent_at) as at from outbox
      where offboarding_id is not null and (sent_at is null or sent_at > now() - interval '10 minutes')
      group by offboarding_id
    )
    select o.id as "offboardingId", u.end_date as "endDate", u.department,
      (select count(*) from assignments where user_id = u.id and live) as hardware,
      (select count(*) from seats where user_id = u.id and live) as seats,
      (select count(*) from requests where user_id = u.id and live) as requests,
      coalesce(told.is_being, false) as "isBeingTold", told.at as "toldAt"
    from offboardings o
    join users u on u.id = o.user_id
    left join told on told.offboarding_id = o.id
    where o.state = 'open'`.execute(sqlOf(em));
  return rows;
}

/** Those of these offboardings, open or not, that the engine was told of within so many milliseconds, or is being told of. */
export async function toldLately(
  em: EntityManager,
  offboardingIds: readonly number[],
  ms: number,
): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select distinct offboarding_id as id from outbox
    where offboarding_id = any(${offboardingIds}::int[])
      and (sent_at is null or sent_at > now() - ${ms}::int * interval '1 millisecond')`.execute(sqlOf(em));
  return new Set(rows.map(({ id }) => id));
}
