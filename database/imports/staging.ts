import { sql } from 'kysely';
import type { Remark } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** One parsed line of a file. */
export interface StagedRow {
  /** The line in the file where it begins, from 1. */
  line: number;
  cells: string[];
  /** The values by field, without the fields that the file does not have. */
  stated: Record<string, string | number | null>;
  /** Problems that do not depend on stored facts. */
  problems: Remark[];
  /** What identifies the line's subject, and the serial of an asset. They are stored folded. */
  key: string | null;
  otherKey: string | null;
}

/** Stores lines of a file for evaluation, in one statement. */
export async function stageRows(
  em: EntityManager,
  importId: number,
  rows: readonly StagedRow[],
): Promise<void> {
  await sql`
    insert into import_rows (import_id, line, cells, stated, problems, key, other_key)
    select ${importId}::int, line, cells, stated, problems, folded(key), folded("otherKey")
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as staged(line int, cells text[], stated jsonb, problems jsonb, key text, "otherKey" text)`.execute(
    sqlOf(em),
  );
}
