import type { Request, RequestHandler } from 'express';
import type { Results } from '../../database/entities/import.ts';
import type { Import } from '../../database/entities/index.ts';
import { discardImport, importById, MassChangeRefusal, startImport } from '../../database/imports/imports.ts';
import { type ReportedLine, reportedLines } from '../../database/imports/report.ts';
import { NotFound } from '../../domain/failures.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';
import { linesKeptDays } from '../../domain/imports/imports.ts';
import { isBeyondElsewhere } from '../../domain/imports/mass-change-limit.ts';
import { idIn } from '../http/forms/request.ts';
import type { Services } from '../http/services.ts';
import type { ColumnRules } from '../imports/columns/checked.ts';
import { sendErrorsCsv } from '../imports/errors-csv.ts';
import { FileError } from '../imports/file-error.ts';
import { ingestFile } from '../imports/ingest.ts';
import { headerOf } from '../imports/labels.ts';
import { streamBody } from '../imports/upload.ts';
import { chosenColumns } from './chosen-columns.ts';
import { tokenActorOf } from './http/authentication.ts';
import { ApiProblem, type InputProblem, invalid } from './http/problems.ts';
import { readQuery } from './http/read-query.ts';

export const importApi = ({ database }: Services) => {
  const { em } = database;

  /** Reads a CSV file of people and starts its import. A mass change needs `confirm` with its number of people. */
  const importUsers: RequestHandler = async (request, response) => {
    const { confirm, ...rules } = parametersOf(request);
    const actor = tokenActorOf(response);
    refuseOtherBodies(request);
    const file = { kind: 'users' as const, name: `${request.id}.csv`, ...rules };
    const { id } = await streamBody(request, (bytes) => ingestFile(em, actor, { ...file, bytes })).catch(
      fileProblem,
    );
    try {
      await startImport(em, actor, id, confirm);
    } catch (error) {
      await discardImport(em, id);
      throw error instanceof MassChangeRefusal ? confirmationNeeded(error) : error;
    }
    response.status(202).location(`/api/v1/imports/${id}`);
    response.json(await representationOf(await importOfPeople(id)));
  };

  /** The progress and the result of an import. */
  const show = async ({ request }: { request: Request }) => ({
    body: await representationOf(await importIn(request)),
  });

  /** The rejected lines, as CSV. */
  const errors: RequestHandler = async (request, response) => {
    readQuery(request, undefined);
    const found = await importIn(request);
    if (found.linesDeletedAt) throw linesDeleted();
    response.type('text/csv').attachment(`errors-of-import-${found.id}.csv`);
    await sendErrorsCsv(em, found, response);
  };

  const importIn = (request: Request) => importOfPeople(idIn(request, 'importId', 'import'));

  async function importOfPeople(importId: number): Promise<Import> {
    const found = await importById(em, importId);
    if (found.kind !== 'users' || ['staging', 'mapping'].includes(found.state)) throw new NotFound('import');
    return found;
  }

  async function representationOf(found: Import) {
    const { id, state, rowCount, results, preview, createdAt, startedAt, endedAt } = found;
    return {
      id,
      state,
      lines: rowCount,
      ...(results ?? noResults),
      newEndDates: preview?.starts ?? 0,
      clearedEndDates: preview?.stops ?? 0,
      changes: preview?.changes ?? {},
      createdAt,
      startedAt: startedAt ?? null,
      endedAt: endedAt ?? null,
      errors: await firstRemarks(found, 'errors', ({ problems }) => problems),
      warned: found.startedAt == null ? (preview?.warned ?? 0) : found.warned,
      warnings: await firstRemarks(found, 'warnings', ({ warnings }) => warnings),
    };
  }

  /** The problems or warnings of the first page of the lines that have any. */
  async function firstRemarks(
    found: Import,
    shown: 'errors' | 'warnings',
    remarksOf: (line: ReportedLine) => Remark[],
  ) {
    const { rows } = await reportedLines(em, found, shown, 1);
    return rows.flatMap((row) =>
      remarksOf(row).map(({ field, message }) => ({
        line: row.line,
        column: headerOf(field, found.columns),
        detail: message,
      })),
    );
  }

  return { importUsers, show, errors };
};

const noResults: Results = { created: 0, changed: 0, unchanged: 0, failed: 0, managersPending: 0 };

const known = new Set(['confirm', 'unknownColumns', 'columns']);

function parametersOf(request: Request): Required<ColumnRules> & { confirm: number | null } {
  const { confirm, unknownColumns, columns = '{}' } = request.query;
  const problems: InputProblem[] = Object.keys(request.query)
    .filter((parameter) => !known.has(parameter))
    .map((parameter) => ({ parameter, detail: 'Unknown parameter.' }));
  if (confirm !== undefined && !/^\d{1,9}$/.test(String(confirm))) {
    problems.push({ parameter: 'confirm', detail: 'Expected a whole number of people.' });
  }
  if (unknownColumns !== undefined && unknownColumns !== 'leave-out') {
    problems.push({ parameter: 'unknownColumns', detail: 'Expected leave-out.' });
  }
  const read = chosenColumns(columns);
  if ('problem' in read) problems.push({ parameter: 'columns', detail: read.problem });
  if (problems.length > 0 || 'problem' in read) throw invalid(problems);
  return {
    confirm: confirm === undefined ? null : Number(confirm),
    leaveOutUnknown: unknownColumns !== undefined,
    chosen: read.chosen,
  };
}

function refuseOtherBodies(request: Request) {
  if (request.is('text/csv') && request.get('Content-Encoding') === undefined) return;
  throw new ApiProblem({
    status: 415,
    code: 'unsupported-body',
    title: 'Unsupported body',
    detail: 'Send a CSV file, not compressed, with Content-Type: text/csv.',
  });
}

/** Answers with the problem of the whole file. */
function fileProblem(error: unknown): never {
  if (!(error instanceof FileError)) throw error;
  throw new ApiProblem({
    status: error.status,
    code: error.code,
    title: 'File rejected',
    detail: error.message,
  });
}

/** `changes` is there when a kind of change that is not about end dates is beyond the limit. */
const confirmationNeeded = ({ people, preview, limit, message }: MassChangeRefusal) =>
  new ApiProblem({
    status: 409,
    code: 'confirmation-needed',
    title: 'Confirmation needed',
    detail: `${message} Nothing was changed. To import it, send the file again with ?confirm=${people}.`,
    newEndDates: preview.starts,
    clearedEndDates: preview.stops,
    ...(isBeyondElsewhere(preview, limit) && { changes: preview.changes }),
    confirm: people,
  });

const linesDeleted = () =>
  new ApiProblem({
    status: 410,
    code: 'lines-deleted',
    title: 'Lines deleted',
    detail: `An import's lines are kept for ${linesKeptDays} days after it ends. Its counts are kept.`,
  });
