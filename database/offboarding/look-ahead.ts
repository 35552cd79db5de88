import { sql } from 'kysely';
import type { LookAhead } from '../../domain/offboarding/queue.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Remembers how far ahead a person looks in the queue. This is no fact about them as a leaver, so it is neither audited
 * nor sent to their workflow.
 */
export async function rememberLookAhead(
  em: EntityManager,
  userId: number,
  lookAhead: LookAhead,
): Promise<void> {
  await sql`update users set look_ahead = ${lookAhead} where id = ${userId}`.execute(sqlOf(em));
}
