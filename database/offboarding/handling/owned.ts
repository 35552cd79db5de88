import { sql } from 'kysely';
import { hasAccess } from '../../access/has-access.ts';
import type { Change } from '../../core/change-types.ts';
import { sqlOf } from '../../core/tables.ts';
import { itAdmins } from '../it-admins.ts';

/**
 * Removes a person as the owner of all open offboardings, in the same statement as the change that takes the role or the
 * access away. Notifies the IT admins once. Idempotent.
 */
export function releaseOwned({ alsoWrite, user, actor }: Change): void {
  const updates = sql`
    released as (
      update offboardings set owner_id = null where owner_id = ${user.id} and state = 'open' returning id, user_id
    ), released_entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}, 'offboarding.owner_cleared', user_id,
        jsonb_build_object('formerOwnerId', ${user.id}::int, 'offboardingId', id)
      from released order by id
    ), released_notifications as (
      insert into notifications (user_id, kind, about_user_id, details)
      select id, 'owner_removed', ${user.id}::int,
        jsonb_build_object('leavers', (select count(*) from released))
      from users
      where ${hasAccess} and id <> ${user.id} and ${itAdmins(user.id)} and exists (select from released)
      order by id
    )`;
  alsoWrite({ owned: updates });
}

/** Gives the open offboardings that one record owns to another record of the same person, except that person's own. */
export async function moveOwned({ em, user, actor }: Change, keptId: number): Promise<void> {
  await sql`
    with moved as (
      update offboardings set owner_id = ${keptId}
      where owner_id = ${user.id} and state = 'open' and user_id <> ${keptId} returning id, user_id
    )
    insert into audit_entries (actor, action, user_id, details)
    select ${actor}, 'offboarding.owner_changed', user_id,
      jsonb_build_object('offboardingId', id, 'from', ${user.id}::int, 'to', ${keptId}::int)
    from moved order by id`.execute(sqlOf(em));
}
