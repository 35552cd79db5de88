import { sql } from 'kysely';
import type { Change } from '../core/change-types.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Whether a deactivation of this person exceeds the limit of the workspace. The caller holds `lockDeactivations`, so the
 * count is exact over all processes. Those of people who had completed their offboarding do not count, because nothing
 * follows from them. The number and the percentage of all people apply both; one person is always permitted by the
 * percentage.
 */
export async function isBeyondLimit({ em, user }: Change, now: Date): Promise<boolean> {
  const { rows } = await sql<{ isBeyond: boolean }>`
    select w.directory_limit = 'on' and (
      d.number >= w.directory_limit_count
      or d.number >= greatest(1, ceil((
        select count(*) from (
          select from users where status <> 'offboarded' and merged_into is null
          limit case when w.directory_limit_percent > 0
            then ceil(w.directory_limit_count * 100.0 / w.directory_limit_percent) else 0 end
        ) people) * w.directory_limit_percent / 100.0))
    ) as "isBeyond"
    from workspace w cross join lateral (
      select count(*) as number from (
        select from directory_accounts a join users p on p.id = a.user_id
        where a.deactivated_at > ${new Date(now.getTime() - windowMs)} and p.id <> ${user.id}
          and (p.offboarding_completed_at is null or p.offboarding_completed_at > a.deactivated_at)
        limit w.directory_limit_count
      ) recent) d`.execute(sqlOf(em));
  return rows[0]!.isBeyond;
}

/** Ten minutes. */
const windowMs = 600_000;
