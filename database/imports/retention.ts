import { sql } from 'kysely';
import { linesKeptDays } from '../../domain/imports/imports.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/**
 * Deletes the lines of imports `linesKeptDays` after their end, because they contain personal data. Deletes imports
 * that were not started in that time, and uploads that broke off a day ago.
 */
export async function deleteOldLines(em: EntityManager): Promise<void> {
  const db = sqlOf(em);
  const abandoned = sql`started_at is null and ended_at is null and (
    created_at < now() - make_interval(days => ${linesKeptDays}) or state = 'staging' and created_at < now() - interval '1 day')`;
  await sql`delete from import_rows where import_id in (select id from imports where ${abandoned})`.execute(
    db,
  );
  await sql`delete from imports where ${abandoned}`.execute(db);
  await sql`
    with over as (
      update imports set lines_deleted_at = now()
      where ended_at < now() - make_interval(days => ${linesKeptDays}) and lines_deleted_at is null returning id
    )
    delete from import_rows where import_id in (select id from over)`.execute(db);
}
