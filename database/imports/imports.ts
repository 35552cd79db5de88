import { LockMode } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound, Refusal } from '../../domain/failures.ts';
import type { FileColumn } from '../../domain/imports/columns.ts';
import { type ImportKind, isUnderWay } from '../../domain/imports/imports.ts';
import {
  type MassChangeLimit,
  needsConfirmation,
  toConfirm,
} from '../../domain/imports/mass-change-limit.ts';
import { massChangeWords } from '../../domain/imports/mass-change-words.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { workspaceOf } from '../core/workspace.ts';
import type { Preview } from '../entities/import.ts';
import { Import } from '../entities/index.ts';
import { notifyResult } from './notify-result.ts';
import { evaluateAll } from './preview.ts';
import { nameVendors } from './whole-file/license-vendors.ts';

/** A file whose upload begins. */
export interface NewImport {
  kind: ImportKind;
  fileName: string;
  separator: string;
  columns: FileColumn[];
}

/** Adds an import whose lines will be staged. Returns its id. */
export async function beginImport(em: EntityManager, actor: Actor, file: NewImport): Promise<number> {
  const fork = em.fork();
  const begun = fork.create(Import, { ...file, createdBy: actor });
  await fork.flush();
  return begun.id;
}

/** Makes an import ready after its last line was staged, and stores the preview. */
export async function finishStaging(em: EntityManager, importId: number, rowCount: number): Promise<Import> {
  const fork = em.fork();
  const staged = await fork.findOneOrFail(Import, { id: importId });
  staged.rowCount = rowCount;
  await makeReady(fork, staged);
  await fork.flush();
  return staged;
}

/** Computes the preview of staged lines. The caller flushes. */
export async function makeReady(em: EntityManager, staged: Import): Promise<void> {
  if (staged.kind === 'licenses') await nameVendors(em, staged.id);
  const preview = await evaluateAll(em, staged.id, staged.kind);
  em.assign(staged, { state: 'ready', preview, previewedAt: new Date() });
}

/** Deletes an import that was never started, with its lines. */
export async function discardImport(em: EntityManager, importId: number): Promise<void> {
  await em.fork().transactional(async (transaction) => {
    await deleteLines(transaction, importId);
    await transaction.nativeDelete(Import, { id: importId, startedAt: null });
  });
}

/** The import with this id. Throws NotFound. */
export async function importById(em: EntityManager, importId: number): Promise<Import> {
  const found = await em.fork().findOne(Import, { id: importId });
  if (found === null) throw new NotFound('import');
  return found;
}

/** The file changes more than the limit permits without a confirmation. */
export class MassChangeRefusal extends Refusal {
  override name = 'MassChangeRefusal';
  readonly preview: Preview;
  readonly limit: MassChangeLimit;
  /** The number to confirm. */
  readonly people: number;
  constructor(found: Import, preview: Preview, limit: MassChangeLimit) {
    super('confirmation-needed', massChangeWords(found, preview, limit));
    this.preview = preview;
    this.limit = limit;
    this.people = toConfirm(preview, limit);
  }
}

/** An older preview is computed again before the import starts, in milliseconds. */
const previewMaxAgeMs = 60_000;

/**
 * Starts an import: a workflow will execute it on behalf of `actor`. A failed import continues where it stopped. Throws
 * MassChangeRefusal for a file above the limit, unless `confirmed` is the number that `toConfirm` returns. Throws a
 * Refusal when the import was already started or its lines were deleted, and NotFound.
 */
export async function startImport(
  em: EntityManager,
  actor: Actor,
  importId: number,
  confirmed: number | null,
  now = new Date(),
): Promise<void> {
  // A separate transaction, so that a refusal does not roll back the new preview.
  await refreshOldPreview(em, importId, now);
  await em.fork().transactional(async (transaction) => {
    const started = await lockImport(transaction, importId);
    if (started.state === 'mapping') {
      throw new Refusal('columns-unknown', 'First choose a field for each column of this file.');
    }
    if (started.state !== 'ready' && started.state !== 'failed') {
      throw new Refusal('already-started', 'This import has already started.');
    }
    if (started.linesDeletedAt) {
      throw new Refusal('lines-deleted', 'The lines of this file have been deleted. Upload it again.');
    }
    if (started.state === 'ready') await refuseMassChange(transaction, started, confirmed);
    transaction.assign(started, {
      state: 'starting',
      startedBy: started.startedBy ?? actor,
      startedAt: started.startedAt ?? now,
      endedAt: null,
      results: started.results ?? noResults,
      countedTo: 0,
    });
    const { kind, rowCount } = started;
    record(transaction, actor, 'import.started', null, { importId, kind, lines: rowCount });
  });
}

const refreshOldPreview = (em: EntityManager, importId: number, now: Date): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const waiting = await lockImport(transaction, importId);
    const isOld = now.getTime() - (waiting.previewedAt?.getTime() ?? 0) > previewMaxAgeMs;
    if (waiting.state !== 'ready' || !isOld) return;
    const preview = await evaluateAll(transaction, importId, waiting.kind);
    transaction.assign(waiting, { preview, previewedAt: now });
  });

async function refuseMassChange(em: EntityManager, waiting: Import, confirmed: number | null) {
  const { brakeCount, brakePercent } = await workspaceOf(em);
  const limit = { count: brakeCount, percent: brakePercent };
  const preview = waiting.preview!;
  if (needsConfirmation(preview, limit) && confirmed !== toConfirm(preview, limit))
    throw new MassChangeRefusal(waiting, preview, limit);
}

const noResults = { created: 0, changed: 0, unchanged: 0, failed: 0, managersPending: 0 };

/**
 * Cancels an import. A waiting import ends at once, and loses its lines if it was never started. A running import stops
 * after the lines in progress and keeps what it has done. Throws a Refusal when it has ended, and NotFound.
 */
export const cancelImport = (
  em: EntityManager,
  actor: Actor,
  importId: number,
  now = new Date(),
): Promise<void> =>
  em.fork().transactional(async (transaction) => {
    const cancelled = await lockImport(transaction, importId);
    if (cancelled.state === 'cancelling') return;
    const isIdle = ['mapping', 'ready', 'failed'].includes(cancelled.state);
    if (!isIdle && !isUnderWay(cancelled.state)) {
      throw new Refusal('already-ended', 'This import has already ended.');
    }
    record(transaction, actor, 'import.cancelled', null, { importId, kind: cancelled.kind });
    if (!isIdle) {
      cancelled.state = 'cancelling';
      return;
    }
    transaction.assign(cancelled, { state: 'cancelled', endedAt: now });
    if (cancelled.startedAt == null) {
      cancelled.linesDeletedAt = now;
      await deleteLines(transaction, importId);
    } else {
      await notifyResult(transaction, cancelled, 'cancelled', cancelled.results!);
    }
  });

/** The import with this id, locked. Throws NotFound. */
export async function lockImport(em: EntityManager, importId: number): Promise<Import> {
  const found = await em.findOne(Import, { id: importId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (found === null) throw new NotFound('import');
  return found;
}

async function deleteLines(em: EntityManager, importId: number): Promise<void> {
  await sql`delete from import_rows where import_id = ${importId}`.execute(sqlOf(em));
}
