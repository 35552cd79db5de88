import { sql } from 'kysely';
import type { Change } from '../core/change-types.ts';
import { hasAccess } from '../core/has-access.ts';
import { sqlOf } from '../core/tables.ts';
import type { HeldReason } from '../entities/directory.ts';

/**
 * Lets the effects of a deactivation wait for a super-admin. Notifies them of the last super-admin each time, and of the
 * limit once, until nothing waits any more.
 */
export function hold({ alsoWrite, user, record }: Change, reason: HeldReason, now: Date): void {
  record('account.held', { reason });
  const kind = reason === 'limit' ? 'directory_limited' : 'directory_last_super_admin';
  const isFirst =
    reason === 'limit' ? sql`not exists (select from held_deactivations where reason = 'limit')` : sql`true`;
  const inserts = sql`
    held as (
      insert into held_deactivations (user_id, reason, held_at) values (${user.id}, ${reason}, ${now})
      on conflict (user_id) do update set reason = excluded.reason, held_at = excluded.held_at
    ), held_notifications as (
      insert into notifications (user_id, kind, about_user_id)
      select id, ${kind}, ${reason === 'limit' ? null : user.id}::int from users
      where role = 'super-admin' and ${hasAccess} and ${isFirst} order by id
    )`;
  alsoWrite({ held: inserts });
}

/** Takes back what waits for a super-admin's yes, because the directory says that the person is active. */
export async function withdraw({ em, user }: Change): Promise<void> {
  await sql`delete from held_deactivations where user_id = ${user.id}`.execute(sqlOf(em));
}
