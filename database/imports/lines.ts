import { sql } from 'kysely';
import type { Outcome, Remark } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { withRetries } from '../core/retrying.ts';
import { sqlOf } from '../core/tables.ts';

/** Another attempt has already executed the line of this transaction. */
export class AlreadyDone extends Error {}

/**
 * Marks a line as done. Call it first in the transaction that executes the line, so that a second attempt waits here.
 * Throws AlreadyDone.
 */
export async function claimLine(
  em: EntityManager,
  importId: number,
  line: number,
  outcome: Outcome,
  managerPending = false,
): Promise<void> {
  const { numAffectedRows } = await sql`
    update import_rows set outcome = ${outcome}, manager_pending = ${managerPending}
    where import_id = ${importId} and line = ${line} and outcome is null`.execute(sqlOf(em));
  if (numAffectedRows === 0n) throw new AlreadyDone();
}

/** Stores the id of what a line added. */
export async function recordSubject(em: EntityManager, importId: number, line: number, subjectId: number) {
  await sql`update import_rows set subject_id = ${subjectId} where import_id = ${importId} and line = ${line}`.execute(
    sqlOf(em),
  );
}

/** Marks a line as failed, with its problems. A line that was done meanwhile stays done. */
export async function failLine(
  em: EntityManager,
  importId: number,
  line: number,
  problems: readonly Remark[],
) {
  await sql`
    update import_rows set outcome = 'failed',
      judgement = coalesce(judgement, '{"warnings": [], "changes": {}}') || jsonb_build_object('problems', ${JSON.stringify(problems)}::jsonb)
    where import_id = ${importId} and line = ${line} and outcome is null`.execute(sqlOf(em));
}

/**
 * Marks lines whose outcome needs no execution, in one statement; with `managerPending` their managers are set later.
 * Retries after a deadlock with another attempt.
 */
export async function markLines(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
  outcome: Outcome,
  managerPending = false,
) {
  if (lines.length === 0) return;
  await withRetries(() =>
    sql`
      update import_rows set outcome = ${outcome}, manager_pending = ${managerPending}
      where import_id = ${importId} and line = any(${lines}::int[]) and outcome is null`.execute(sqlOf(em)),
  );
}

/**
 * The next lines to execute, in the order of the file. Those up to `after` are done; without it each batch would read the
 * index entries of all batches before.
 */
export async function waitingLines(
  em: EntityManager,
  importId: number,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ line: number }>`
    select line from import_rows where import_id = ${importId} and outcome is null and line > ${after}
    order by line limit ${limit}`.execute(sqlOf(em));
  return rows.map(({ line }) => line);
}
