import { sql } from 'kysely';
import type { Change } from './change.ts';
import { endSessions } from './sessions.ts';
import { sqlOf } from './tables.ts';

/**
 * Ends every way in of a person who is no longer active: their sessions, their one-time links and the API
 * tokens they made. The super-admins are told which tokens ended: a feed that stops silently is found
 * weeks later. Done again it finds nothing left to end.
 */
export async function endEveryWayIn(change: Change, now = new Date()): Promise<void> {
  await endSessions(change.em, change.user.id);
  await endLinks(change, now);
  const tokens = await endTokens(change, now);
  for (const { id, name } of tokens) change.record('token.revoked', { tokenId: id, name });
  if (tokens.length > 0) await tellSuperAdmins(change, tokens);
}

/** Ends the one-time links of a person that nobody has used. */
export async function endLinks({ em, user }: Change, now = new Date()): Promise<void> {
  await sqlOf(em)
    .updateTable('one_time_links')
    .set({ used_at: now })
    .where('user_id', '=', user.id)
    .where('used_at', 'is', null)
    .execute();
}

interface EndedToken {
  id: number;
  name: string;
}

const endTokens = ({ em, user }: Change, now: Date): Promise<EndedToken[]> =>
  sqlOf(em)
    .updateTable('api_tokens')
    .set({ revoked_at: now })
    .where('created_by', '=', user.id)
    .where('revoked_at', 'is', null)
    .returning(['id', 'name'])
    .execute();

async function tellSuperAdmins({ em, user }: Change, tokens: EndedToken[]) {
  const names = tokens.map((token) => token.name);
  await sql`
    insert into notifications (user_id, kind, about_user_id, details)
    select id, 'tokens_ended', ${user.id}::int, jsonb_build_object('tokens', ${names}::text[])
    from users where role = 'super-admin' and status = 'active' and id <> ${user.id} order by id`.execute(
    sqlOf(em),
  );
}
