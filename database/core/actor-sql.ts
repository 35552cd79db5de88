import { type RawBuilder, sql } from 'kysely';

/**
 * SQL for the id of the user who is an actor; null for `system` and tokens. CASE guarantees that the pattern is checked
 * before the cast, which would fail for them.
 */
export const actorIdIn = (actor: RawBuilder<unknown>): RawBuilder<number | null> =>
  sql`case when ${actor} ~ '^user:[0-9]+$' then substring(${actor} from 6)::int end`;
