import type { Request, Response } from 'express';
import { workspaceOf } from '../../database/core/workspace.ts';
import type { Import } from '../../database/entities/index.ts';
import { nameOfUploader, reportedLines, type ShownLines, shownLines } from '../../database/imports/report.ts';
import { todayIn } from '../../domain/dates.ts';
import type { FileColumn } from '../../domain/imports/columns.ts';
import { readHeader } from '../../domain/imports/header.ts';
import { isUnderWay } from '../../domain/imports/imports.ts';
import { needsConfirmation, toConfirm } from '../../domain/imports/mass-change-limit.ts';
import { massChangeWords } from '../../domain/imports/mass-change-words.ts';
import { pageIn, queryText } from '../http/forms/request.ts';
import type { PageNote } from '../http/pages/page-note.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { fieldLabel, headerOf, kindWords, linesInWords, stateWords } from './labels.ts';

/** Renders an import: its preview, its progress, or its result. */
export async function renderImport(
  { database: { em } }: Services,
  request: Request,
  response: Response,
  found: Import,
  { alert = null, errors = {}, values = {} }: PageNote,
): Promise<void> {
  const workspace = await workspaceOf(em.fork());
  const counts = countsOf(found);
  const asked = queryText(request, 'show');
  const shown =
    shownLines.find((each) => each === asked) ?? shownLines.find((each) => counts[each] > 0) ?? 'errors';
  const hasList = !isUnderWay(found.state) && !found.linesDeletedAt && found.state !== 'staging';
  page(response, 'imports/show', {
    title: `Import of ${found.fileName}`,
    found,
    by: await nameOfUploader(em, found),
    massChange: found.state === 'ready' ? massChangeOf(found, workspace) : null,
    counts,
    shown,
    listing: hasList ? await reportedLines(em, found, shown, pageIn(request)) : null,
    underWay: isUnderWay(found.state),
    today: todayIn(workspace.timeZone, new Date()),
    headerOf,
    fieldLabel,
    mapped: mappedColumns(found),
    lines: linesInWords,
    kindWords,
    stateWords,
    // An error of the only field is shown beside it.
    alert: errors.people ? null : alert,
    errors,
    values,
  });
}

/** How many lines each list has, before the import or after it. */
function countsOf({ preview, results, warned, startedAt }: Import): Record<ShownLines, number> {
  const { create = 0, change = 0, error = 0, starts = 0, moves = 0, stops = 0 } = preview ?? {};
  const leaving = starts + moves + stops;
  return startedAt == null || !results
    ? { errors: error, warnings: preview?.warned ?? 0, leaving, created: create, changed: change }
    : {
        errors: results.failed,
        warnings: warned,
        leaving,
        created: results.created,
        changed: results.changed,
      };
}

/** The columns whose field a user has chosen, because their names do not say it. */
function mappedColumns({ kind, columns }: Import): FileColumn[] {
  const headers = columns.map(({ header }) => header);
  const byName = readHeader(kind, headers).columns;
  return columns.filter(({ field }, index) => field !== null && field !== byName[index]!.field);
}

/** What the user has to confirm; null when the import needs no confirmation. */
function massChangeOf(found: Import, workspace: { brakeCount: number; brakePercent: number }) {
  const { preview } = found;
  const limit = { count: workspace.brakeCount, percent: workspace.brakePercent };
  if (!preview || !needsConfirmation(preview, limit)) return null;
  return {
    words: massChangeWords(found, preview, limit),
    people: toConfirm(preview, limit),
    ...(found.kind === 'licenses'
      ? { title: 'Confirm the vendors', question: 'How many licenses would get a vendor?' }
      : {
          title: 'Confirm a large change',
          question: `How many ${kindWords[found.kind].toLowerCase()} does this change?`,
        }),
  };
}
