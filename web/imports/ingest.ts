import type { EntityManager } from '../../database/core/orm.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import type { Import } from '../../database/entities/index.ts';
import { beginImport, discardImport, finishStaging } from '../../database/imports/imports.ts';
import { finishWithoutFields } from '../../database/imports/mappings/map-columns.ts';
import { type StagedRow, stageRows } from '../../database/imports/staging.ts';
import type { Actor } from '../../domain/actor.ts';
import { importLimits } from '../../domain/imports/imports.ts';
import { checkFile } from './check-file.ts';
import { type ColumnChoice, chooseColumns, columnsWith, withContentWithoutName } from './columns/choose.ts';
import { FileError } from './file-error.ts';
import { type CsvRecord, openCsv } from './parse-csv.ts';
import { rowReader } from './read-row.ts';
import { spooled } from './spool.ts';

/** A file that is being uploaded. */
export interface IncomingFile extends ColumnChoice {
  name: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** How many lines are written at once, and held in memory. */
const batchSize = 500;

/**
 * Checks a file while it arrives, then stages its lines and computes the preview. Without known columns the import
 * waits for a person instead. Changes no people, assets or licenses. Throws FileError when the file is refused; then
 * no line of it was stored.
 */
export const ingestFile = (em: EntityManager, actor: Actor, file: IncomingFile): Promise<Import> =>
  spooled(limited(file.bytes), async ({ arriving, again }) => {
    const { kind, name } = file;
    const settings = await workspaceOf(em.fork());
    const checked = await checkFile(kind, arriving, settings, (headers) => chooseColumns(em, file, headers));
    const { separator, headers, chosen, rowCount } = checked;
    const columns = checked.hasContentWithoutName ? withContentWithoutName(file, chosen) : chosen.columns;
    const importId = await beginImport(em, actor, {
      kind,
      fileName: name,
      separator,
      columns: columns ?? columnsWith(headers, []),
    });
    try {
      const { records } = await openCsv(kind, again());
      await stageAll(em, importId, records, columns ? rowReader(kind, columns, settings) : onlyCells);
      const finish = columns ? finishStaging : finishWithoutFields;
      return await finish(em, importId, rowCount);
    } catch (error) {
      await discardImport(em, importId);
      throw error;
    }
  });

/** A line whose columns are not known yet. */
const onlyCells = ({ line, cells }: CsvRecord): StagedRow => ({
  line,
  cells,
  stated: {},
  problems: [],
  key: null,
  otherKey: null,
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
    `The file is larger than ${importLimits.bytes / 1024 / 1024} MB. Split it and import the parts one by one.`,
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
