import { sql } from 'kysely';
import { userHasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Records the workflow step that failed for good and waits for a retry, or null when none does. Notifies the super-admins
 * of each new one. Ignores a failed step of a cancelled offboarding.
 */
export async function recordFailedStep(
  em: EntityManager,
  offboardingId: number,
  step: string | null,
): Promise<void> {
  await sql`
    with changed as (
      update offboardings set failed_step = ${step}::text
      where id = ${offboardingId} and failed_step is distinct from ${step}::text
        and (state <> 'cancelled' or ${step}::text is null)
      returning id, user_id
    )
    insert into notifications (user_id, kind, about_user_id, details)
    select u.id, 'offboarding_stuck', c.user_id, jsonb_build_object('offboardingId', c.id, 'step', ${step}::text)
    from changed c join users u on u.role = 'super-admin' and ${userHasAccess('u')}
    where ${step}::text is not null`.execute(sqlOf(em));
}
