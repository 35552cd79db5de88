import { sql } from 'kysely';
import { hasAccess } from '../access/has-access.ts';
import type { Change } from '../core/change-types.ts';
import { sqlOf } from '../core/tables.ts';
import type { HeldReason } from '../entities/directory.ts';

/**
 * Lets the effects of a deactivation wait for a super-admin, in the statement of the change. Notifies the super-admins of
 * the last one of them each time, and of the limit once, until nothing waits any more.
 */
export function hold({ alsoWrite, user, record }: Change, reason: HeldReason, now: Date): void {
  record('account.held', { reason });
  const [kind, about, isNews] =
    reason === 'limit'
      ? ['directory_limited', null, sql`not exists (select from held_deactivations where reason = 'limit')`]
      : ['directory_last_super_admin', user.id, sql`true`];
  const inserts = sql`
    held as (
      insert into held_deactivations (user_id, reason, held_at) values (${user.id}, ${reason}, ${now})
      on conflict (user_id) do update set reason = excluded.reason, held_at = excluded.held_at
    ), held_notifications as (
      insert into notifications (user_id, kind, about_user_id)
      select id, ${kind}, ${about}::int from users
      where role = 'super-admin' and ${hasAccess} and ${isNews} order by id
    )`;
  alsoWrite({ held: inserts });
}

/** Takes back what waits for a super-admin's yes, because the directory says that the person is active. */
export async function withdraw({ em, user }: Change): Promise<void> {
  await sql`delete from held_deactivations where user_id = ${user.id}`.execute(sqlOf(em));
}
