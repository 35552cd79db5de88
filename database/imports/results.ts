import { sql } from 'kysely';
import type { Outcome } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { Results } from '../entities/import.ts';

/** Higher than any line number. */
export const everyLine = 2 ** 31 - 1;

/**
 * Adds the outcomes of the lines up to `line` to the results of the import; all of them must be done. Each line counts
 * once, even if two workers run the same batch, because lines run in order and an outcome never changes.
 */
export async function countTo(em: EntityManager, importId: number, line: number): Promise<Results> {
  const { rows } = await sql<{ results: Results }>`
    update imports i set counted_to = greatest(i.counted_to, ${line}::int), warned = (
      select count(*) from import_rows
      where import_id = ${importId} and judgement->'warnings' <> '[]' and outcome <> 'failed'),
    results = (
      select jsonb_build_object(
        'created', ${plus('created')}, 'changed', ${plus('changed')},
        'unchanged', ${plus('unchanged')}, 'failed', ${plus('failed')},
        'managersPending', (select count(*) from import_rows where import_id = ${importId} and manager_pending))
      from import_rows where import_id = ${importId} and line > i.counted_to and line <= ${line}::int)
    where id = ${importId} returning results`.execute(sqlOf(em));
  return rows[0]!.results;
}

const plus = (outcome: Outcome) => sql`
  count(*) filter (where outcome = ${outcome}) +
    case when i.counted_to = 0 then 0 else (i.results->>${outcome})::int end`;

/** Counts the outcomes of all lines from the start. */
export async function countAnew(em: EntityManager, importId: number): Promise<Results> {
  await sql`update imports set counted_to = 0 where id = ${importId}`.execute(sqlOf(em));
  return countTo(em, importId, everyLine);
}
