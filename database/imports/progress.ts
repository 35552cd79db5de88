import { sql } from 'kysely';
import type { ImportEnd } from '../../domain/imports/imports.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { Results } from '../entities/import.ts';
import { Import } from '../entities/index.ts';
import { executeLines, executeManagers } from './execute.ts';
import type { ImportRun } from './import-run.ts';
import { waitingLines } from './lines.ts';
import { notifyResult } from './notify-result.ts';
import { pendingManagers } from './pending-managers.ts';
import { countAnew, countTo, everyLine } from './results.ts';

/** The progress of an import, in lines. */
export interface Progress {
  lines: number;
  done: number;
  isOver: boolean;
}

/** Lines per batch, which bounds the memory and how far the progress bar falls back after a crash. */
const batchSize = 500;

/**
 * Executes the next batch of an import; a repeat after a crash executes what is left. Ends the import when no line is
 * left or it was cancelled.
 */
export async function executeBatch(
  em: EntityManager,
  importId: number,
  hooks: Pick<ImportRun, 'onStep' | 'onDefect'>,
): Promise<Progress> {
  const found = await em.fork().findOne(Import, { id: importId });
  if (found === null || found.state === 'cancelling') return endImport(em, importId, 'cancelled');
  if (found.state !== 'starting' && found.state !== 'running') return over;
  await sql`update imports set state = 'running' where id = ${importId} and state = 'starting'`.execute(
    sqlOf(em),
  );
  const run = { em, importId, actor: found.startedBy!, ...hooks };

  const lines = await waitingLines(em, importId, { after: found.countedTo, limit: batchSize });
  if (lines.length > 0) await executeLines(run, found.kind, lines);
  else {
    const pending = await pendingManagers(em, importId, batchSize);
    if (pending.length === 0) return endImport(em, importId, 'done');
    await executeManagers(run, pending);
  }
  const results = await countTo(em, importId, lines.at(-1) ?? everyLine);
  return { lines: found.rowCount, done: sum(results), isOver: false };
}

const over: Progress = { lines: 0, done: 0, isOver: true };

/** Ends an import, once: counts the results, records them in the audit trail and notifies. */
export const endImport = (em: EntityManager, importId: number, state: ImportEnd): Promise<Progress> =>
  em.fork().transactional(async (transaction) => {
    const ended = await transaction.findOne(Import, { id: importId });
    if (ended === null) return over;
    const results = await countAnew(transaction, importId);
    const { numAffectedRows } = await sql`
      update imports set state = ${state}, ended_at = now()
      where id = ${importId} and state in ('starting', 'running', 'cancelling')`.execute(sqlOf(transaction));
    if (numAffectedRows === 1n) {
      record(transaction, ended.startedBy!, 'import.ended', null, {
        importId,
        kind: ended.kind,
        state,
        ...results,
      });
      await notifyResult(transaction, ended, state, results);
    }
    return { lines: ended.rowCount, done: sum(results), isOver: true };
  });

const sum = ({ created, changed, unchanged, failed }: Results) => created + changed + unchanged + failed;

/** The imports that wait for the start of their workflow, oldest first. */
export async function importsStarting(em: EntityManager): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from imports where state = 'starting' order by id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}

/** The imports that were started and have not ended, with an id above `after`, oldest first. */
export async function pendingImports(
  em: EntityManager,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from imports where state in ('starting', 'running', 'cancelling') and id > ${after}
    order by id limit ${limit}`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}
