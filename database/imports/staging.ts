import { sql } from 'kysely';
import type { Remark } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** One line of a file, as read. */
export interface StagedRow {
  /** Where it begins in the file, from 1. */
  line: number;
  cells: string[];
  /** What it says, by field; what it does not name is left out. */
  stated: Record<string, string | number | null>;
  /** What is wrong with it whatever there is in the database. */
  problems: Remark[];
  key: string | null;
  otherKey: string | null;
}

/** Puts lines of a file into the waiting room, by one statement. */
export async function stageRows(
  em: EntityManager,
  importId: number,
  rows: readonly StagedRow[],
): Promise<void> {
  await sql`
    insert into import_rows (import_id, line, cells, stated, problems, key, other_key)
    select ${importId}::int, line, cells, stated, problems, key, "otherKey"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as staged(line int, cells text[], stated jsonb, problems jsonb, key text, "otherKey" text)`.execute(
    sqlOf(em),
  );
}
