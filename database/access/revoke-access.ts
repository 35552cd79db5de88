import { sql } from 'kysely';
import type { Change } from '../core/change-types.ts';
import { hasAccess } from './has-access.ts';
import { isOfWorkspace } from './workspace-tokens.ts';

/**
 * Revokes a user's sessions, one-time links and API tokens, in the same statement as the change. Notifies the
 * super-admins of the revoked tokens, because an integration that stops silently is found weeks later. Idempotent.
 */
export function revokeAllAccess({ alsoWrite, user, actor }: Change, now: Date): void {
  const updates = sql`
    ended_sessions as (delete from sessions where sess->>'userId' = ${String(user.id)}),
    ended_links as (
      update one_time_links set used_at = ${now} where user_id = ${user.id} and used_at is null
    ),
    ended_tokens as (
      update api_tokens set revoked_at = ${now} where created_by = ${user.id} and revoked_at is null and not ${isOfWorkspace}
      returning id, name
    ),
    ended_token_entries as (
      insert into audit_entries (actor, action, user_id, details)
      select ${actor}, 'token.revoked', ${user.id}, jsonb_build_object('tokenId', id, 'name', name)
      from ended_tokens order by id
    ),
    token_notifications as (
      insert into notifications (user_id, kind, about_user_id, details)
      select id, 'tokens_ended', ${user.id}::int,
        jsonb_build_object('tokens', (select jsonb_agg(name order by ended_tokens.id) from ended_tokens))
      from users
      where role = 'super-admin' and ${hasAccess} and id <> ${user.id} and exists (select from ended_tokens)
      order by id
    )`;
  alsoWrite({ revokedAccess: updates });
}
