import { sql } from 'kysely';
import type { Actor } from '../../../domain/actor.ts';
import { Refusal } from '../../../domain/failures.ts';
import type { FileColumn } from '../../../domain/imports/columns.ts';
import { record } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { Import } from '../../entities/index.ts';
import { lockImport, makeReady } from '../imports.ts';
import { type StagedRow, stageRows } from '../staging.ts';
import { columnsInWords, saveColumns } from './saved-columns.ts';

/** Makes an import wait, after its last line was staged, until a user says what its columns are. */
export async function finishWithoutFields(
  em: EntityManager,
  importId: number,
  rowCount: number,
): Promise<Import> {
  const fork = em.fork();
  const staged = await fork.findOneOrFail(Import, { id: importId });
  fork.assign(staged, { state: 'mapping', rowCount });
  await fork.flush();
  return staged;
}

/** How many of the first lines are read for the sample values of the columns. */
const sampledLines = 50;

/** The cells of the first lines of an import. */
export async function sampleCells(em: EntityManager, importId: number): Promise<string[][]> {
  const { rows } = await sql<{ cells: string[] }>`
    select cells from import_rows where import_id = ${importId}
    order by line limit ${sampledLines}`.execute(sqlOf(em));
  return rows.map(({ cells }) => cells);
}

/**
 * Reads the lines of a waiting import again with the columns that a user has chosen, computes the preview, and
 * saves the columns. One transaction: when `read` throws, the import waits as before. Throws a Refusal when it does
 * not wait, and NotFound.
 */
export const mapColumns = (
  em: EntityManager,
  actor: Actor,
  importId: number,
  columns: FileColumn[],
  read: (row: Pick<StagedRow, 'line' | 'cells'>) => StagedRow,
): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const waiting = await lockImport(transaction, importId);
    refuseKnownColumns(waiting);
    await readAgain(transaction, importId, read);
    waiting.columns = columns;
    await makeReady(transaction, waiting);
    const { kind } = waiting;
    await saveColumns(transaction, actor, kind, columns);
    record(transaction, actor, 'columns.mapped', null, { importId, kind, columns: columnsInWords(columns) });
  });

/** Throws a Refusal when the columns of an import are known. */
export function refuseKnownColumns({ state }: Pick<Import, 'state'>): void {
  if (state === 'mapping') return;
  throw new Refusal('columns-known', "This file's columns are already mapped.");
}

/** Lines read at once, which bounds the memory for a file. */
const batchSize = 500;

async function readAgain(
  em: EntityManager,
  importId: number,
  read: (row: Pick<StagedRow, 'line' | 'cells'>) => StagedRow,
): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ line: number; cells: string[] }>`
      with next as (
        select line from import_rows where import_id = ${importId} and line > ${after}
        order by line limit ${batchSize}
      ), taken as (
        delete from import_rows r using next where r.import_id = ${importId} and r.line = next.line
        returning r.line, r.cells
      )
      select line, cells from taken order by line`.execute(sqlOf(em));
    if (rows.length === 0) return;
    await stageRows(em, importId, rows.map(read));
    after = rows.at(-1)!.line;
  }
}
