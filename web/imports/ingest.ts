import type { EntityManager } from '../../database/core/orm.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import type { Import } from '../../database/entities/index.ts';
import { beginImport, discardImport, finishStaging } from '../../database/imports/imports.ts';
import { type StagedRow, stageRows } from '../../database/imports/staging.ts';
import type { Actor } from '../../domain/actor.ts';
import { columnsOf, type FileColumn, readHeader } from '../../domain/imports/columns.ts';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import { FileError } from './file-error.ts';
import { type CsvFile, openCsv } from './parse-csv.ts';
import { rowReader } from './read-row.ts';

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
 * Reads a file as a stream, stages its lines and computes the preview. Changes no people, assets or licenses. Throws
 * FileError when the file is refused; then nothing of it is kept.
 */
export async function ingestFile(em: EntityManager, actor: Actor, file: IncomingFile): Promise<Import> {
  const { kind, name, bytes, leaveOutUnknown } = file;
  const { dateFormat } = await workspaceOf(em.fork());
  const csv = await openCsv(kind, limited(bytes));
  const columns = checkedColumns(kind, csv.headers, leaveOutUnknown);
  const importId = await beginImport(em, actor, { kind, fileName: name, separator: csv.separator, columns });
  try {
    const rowCount = await stageAll(em, importId, csv, rowReader(kind, columns, dateFormat));
    if (rowCount === 0) throw new FileError('empty-file', 'There is nothing below the header of this file.');
    return await finishStaging(em, importId, rowCount);
  } catch (error) {
    await discardImport(em, importId);
    throw error;
  }
}

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

function checkedColumns(
  kind: ImportKind,
  headers: readonly string[],
  leaveOutUnknown: boolean,
): FileColumn[] {
  if (headers.length > importLimits.columns) {
    throw new FileError(
      'broken-file',
      `The file has ${headers.length} columns; at most ${importLimits.columns} are read.`,
    );
  }
  const { columns, unknown, repeated, missing } = readHeader(kind, headers);
  if (missing.length > 0) throw new FileError('missing-columns', missingWords(missing, headers));
  if (repeated.length > 0)
    throw new FileError('broken-file', `These columns say the same thing: ${listed(repeated)}.`);
  if (unknown.length > 0 && !leaveOutUnknown)
    throw new FileError('unknown-columns', unknownWords(kind, unknown));
  return columns;
}

const missingWords = (missing: readonly string[], headers: readonly string[]) =>
  `${missing.length === 1 ? `The column ${missing[0]} is missing` : `One of the columns ${listed(missing)} is needed`}. The first line of the file says: ${listed(headers)}.`;

const unknownWords = (kind: ImportKind, unknown: readonly string[]) =>
  `Lastday does not know ${unknown.length === 1 ? 'this column' : 'these columns'}: ${listed(unknown)}. It knows ${listed(columnsOf[kind].map(({ field }) => field))}.`;

const maxListed = 12;

const listed = (names: readonly string[]) =>
  names
    .slice(0, maxListed)
    .map((name) => (name === '' ? '(a column without a name)' : name.slice(0, 60)))
    .join(', ') + (names.length > maxListed ? ', …' : '');

async function stageAll(
  em: EntityManager,
  importId: number,
  { records }: CsvFile,
  read: ReturnType<typeof rowReader>,
): Promise<number> {
  let count = 0;
  let batch: StagedRow[] = [];
  for await (const record of records) {
    if (++count > importLimits.rows) throw tooManyRows();
    batch.push(read(record));
    if (batch.length === batchSize) {
      await stageRows(em, importId, batch);
      batch = [];
    }
  }
  if (batch.length > 0) await stageRows(em, importId, batch);
  return count;
}

const tooManyRows = () =>
  new FileError(
    'too-large',
    `The file has more than ${importLimits.rows.toLocaleString('en')} lines. Split it, and import the parts one after another.`,
  );
