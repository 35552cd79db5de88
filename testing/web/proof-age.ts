import { sql } from 'kysely';
import type { EntityManager } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';

/** Makes the last proof of a person's sessions this old, as if so many seconds had passed. */
export async function ageProofs(em: EntityManager, userId: number, seconds: number): Promise<void> {
  const provenAt = Date.now() - seconds * 1_000;
  await sql`
    update sessions set sess = jsonb_set(sess, '{provenAt}', to_jsonb(${provenAt}::bigint))
    where sess->>'userId' = ${String(userId)}`.execute(sqlOf(em.fork()));
}
