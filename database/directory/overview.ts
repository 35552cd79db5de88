import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What a directory has provisioned, and when it last called. */
export interface DirectoryOverview {
  people: number;
  groups: number;
  /** How many tokens with the scope `scim` there are that were not revoked. */
  tokens: number;
  /** The last call with one of them, precise to a minute; null before the first one. */
  lastCall: { at: string; token: string } | null;
}

/** By one statement. */
export async function directoryOverview(em: EntityManager): Promise<DirectoryOverview> {
  const { rows } = await sql<DirectoryOverview>`
    select
      (select count(*) from directory_accounts where hidden_at is null) as people,
      (select count(*) from directory_groups) as groups,
      (select count(*) from api_tokens where 'scim' = any(scopes) and revoked_at is null) as tokens,
      (select jsonb_build_object('at', last_used_at, 'token', name) from api_tokens
        where 'scim' = any(scopes) and last_used_at is not null order by last_used_at desc limit 1) as "lastCall"`.execute(
    sqlOf(em),
  );
  return rows[0]!;
}
