import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What a completion will do, for the page that asks once more. */
export interface CompletionPreview {
  /** The first ten people who lose their manager, and how many there are. */
  reports: string[];
  reportCount: number;
  /** Who is told; null when the person has no manager. */
  manager: string | null;
  /** The endpoints that hear of it. */
  endpoints: string[];
  /** API tokens the person made, which die. */
  tokens: string[];
}

/** Reads what completing a person's offboarding would do, by one statement. */
export async function previewCompletion(em: EntityManager, userId: number): Promise<CompletionPreview> {
  const { rows } = await sql<CompletionPreview>`
    select
      array(select name from users where manager_id = u.id order by name limit 10) as reports,
      (select count(*) from users where manager_id = u.id) as "reportCount",
      (select name from users m where m.id = u.manager_id) as manager,
      array(select url from webhook_endpoints
        where state = 'active' and 'user.offboarded' = any(event_types) order by id) as endpoints,
      array(select name from api_tokens where created_by = u.id and revoked_at is null order by name) as tokens
    from users u where u.id = ${userId}`.execute(sqlOf(em));
  return rows[0]!;
}
