import type { EntityManager } from '../../database/core/orm.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import type { Import } from '../../database/entities/index.ts';
import { beginImport, discardImport, finishStaging } from '../../database/imports/imports.ts';
import { type StagedRow, stageRows } from '../../database/imports/staging.ts';
import type { Actor } from '../../domain/actor.ts';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import { checkFile } from './check-file.ts';
import { FileError } from './file-error.ts';
import { type CsvRecord, openCsv } from './parse-csv.ts';
import { rowReader } from './read-row.ts';
import { spooled } from './spool.ts';

/** A file that is being uploaded. */
export interface IncomingFile {
  kind: ImportKind;
  name: string;
  bytes: AsyncIterable<Uint8Array>;
  /** Whether to leave out unknown columns instead of refusing the file. */
  leaveOutUnknown: boolean;
}

/** How many lines are written at once, and held in memory. */
const batchSize = 500;

/**
 * Checks a file while it arrives, then stages its lines and computes the preview. Changes no people, assets or
 * licenses. Throws FileError when the file is refused; then no line of it was stored.
 */
export const ingestFile = (em: EntityManager, actor: Actor, file: IncomingFile): Promise<Import> =>
  spooled(limited(file.bytes), async ({ arriving, again }) => {
    const { kind, name, leaveOutUnknown } = file;
    const settings = await workspaceOf(em.fork());
    const { separator, columns, rowCount } = await checkFile(kind, arriving, {
      leaveOutUnknown,
      settings,
    });
    const importId = await beginImport(em, actor, { kind, fileName: name, separator, columns });
    try {
      const { records } = await openCsv(kind, again());
      await stageAll(em, importId, records, rowReader(kind, columns, settings));
      return await finishStaging(em, importId, rowCount);
    } catch (error) {
      await discardImport(em, importId);
      throw error;
    }
  });

async function* limited(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > importLimits.bytes) throw tooLarge();
    yield chunk;
  }
}

export const tooLarge = () =>
  new FileError(
    'too-large',
    `The file is larger than ${importLimits.bytes / 1024 / 1024} MB. Split it, and import the parts one after another.`,
  );

async function stageAll(
  em: EntityManager,
  importId: number,
  records: AsyncIterable<CsvRecord>,
  read: (record: CsvRecord) => StagedRow,
): Promise<void> {
  let batch: StagedRow[] = [];
  for await (const record of records) {
    batch.push(read(record));
    if (batch.length < batchSize) continue;
    await stageRows(em, importId, batch);
    batch = [];
  }
  if (batch.length > 0) await stageRows(em, importId, batch);
}
