import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** Turns a person's single-key shortcuts on or off. This is no fact about them as a leaver, so it is not audited. */
export async function chooseShortcuts(em: EntityManager, userId: number, areOn: boolean): Promise<void> {
  await sql`update users set shortcuts = ${areOn} where id = ${userId}`.execute(sqlOf(em));
}
