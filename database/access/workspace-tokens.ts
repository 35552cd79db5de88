import { sql } from 'kysely';

/**
 * SQL condition: a row of `api_tokens` belongs to the workspace and outlives its maker, because a directory would otherwise
 * cut itself off when it deactivates them. Tokens made at the command line have no maker.
 */
export const isOfWorkspace = sql<boolean>`('scim' = any(scopes))`;
