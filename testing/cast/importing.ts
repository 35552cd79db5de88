import type { Database } from '../../database/core/orm.ts';
import { workspaceOf } from '../../database/core/workspace.ts';
import type { Import } from '../../database/entities/index.ts';
import { importById, startImport } from '../../database/imports/imports.ts';
import { executeBatch } from '../../database/imports/progress.ts';
import { type ReportedLine, reportedLines, type ShownLines } from '../../database/imports/report.ts';
import type { Actor } from '../../domain/actor.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import { toConfirm } from '../../domain/imports/mass-change-limit.ts';
import { ingestFile } from '../../web/imports/ingest.ts';

/** Imports files into a test's database without Temporal. Its methods do the steps of the workflow. */
export function importing({ em }: Database, actor: Actor) {
  /** Uploads a file and previews it. With `canAsk` an unknown header makes it wait for its columns. */
  const upload = (kind: ImportKind, csv: string, canAsk = false): Promise<Import> =>
    ingestFile(em, actor, {
      kind,
      name: 'file.csv',
      leaveOutUnknown: false,
      canAsk,
      bytes: (async function* () {
        yield Buffer.from(csv);
      })(),
    });

  /** Executes an import to its end. */
  async function execute(importId: number): Promise<Import> {
    const onDefect = (error: unknown) => {
      throw error;
    };
    while (!(await executeBatch(em, importId, { onStep: () => {}, onDefect })).isOver);
    return importById(em, importId);
  }

  /** Uploads a file and starts it with the confirmation that it needs. */
  async function start(kind: ImportKind, csv: string): Promise<number> {
    const { id, preview } = await upload(kind, csv);
    const { brakeCount: count, brakePercent: percent } = await workspaceOf(em.fork());
    await startImport(em, actor, id, toConfirm(preview!, { count, percent }));
    return id;
  }

  /** Uploads a file, starts it and executes it. */
  const run = async (kind: ImportKind, csv: string): Promise<Import> => execute(await start(kind, csv));

  /** The first lines of a report. */
  const lines = async (found: Import, shown: ShownLines): Promise<ReportedLine[]> =>
    (await reportedLines(em, found, shown, 1)).rows;

  return { upload, start, execute, run, lines };
}

/** A CSV file of these lines. */
export const csvOf = (...lines: (string | number | null)[][]): string =>
  lines.map((line) => line.map((cell) => cell ?? '').join(',')).join('\n');
