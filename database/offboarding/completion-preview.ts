import { sql } from 'kysely';
import { isOfWorkspace } from '../access/workspace-tokens.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The effects of a completion, for the confirmation page. */
export interface CompletionPreview {
  /** Names of the first ten people who lose their manager; `reportCount` counts all of them. */
  reports: string[];
  reportCount: number;
  /** The manager who is notified; null when the person has none. */
  manager: string | null;
  /** URLs of the endpoints that receive `user.offboarded`. */
  endpoints: string[];
  /** Names of the person's API tokens, which are revoked. */
  tokens: string[];
}

/** Reads the effects that completing a person's offboarding would have, by one statement. */
export async function previewCompletion(em: EntityManager, userId: number): Promise<CompletionPreview> {
  const { rows } = await sql<CompletionPreview>`
    select
      array(select name from users where manager_id = u.id order by name limit 10) as reports,
      (select count(*) from users where manager_id = u.id) as "reportCount",
      (select name from users m where m.id = u.manager_id) as manager,
      array(select url from webhook_endpoints
        where state = 'active' and 'user.offboarded' = any(event_types) order by id) as endpoints,
      array(select name from api_tokens where created_by = u.id and revoked_at is null and not ${isOfWorkspace} order by name) as tokens
    from users u where u.id = ${userId}`.execute(sqlOf(em));
  return rows[0]!;
}
