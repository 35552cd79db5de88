import { type RawBuilder, sql } from 'kysely';
import type { Changes, LeavingEffect, Remark } from '../../domain/imports/evaluation.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import type { Import } from '../entities/index.ts';

/** The filters of a list of lines. */
export const shownLines = ['errors', 'warnings', 'leaving', 'created', 'changed'] as const;
export type ShownLines = (typeof shownLines)[number];

/** One line in a list. */
export interface ReportedLine {
  id: number;
  line: number;
  /** The name, tag or email that identifies it. */
  about: string | null;
  subjectId: number | null;
  stated: Record<string, string | number | null>;
  problems: Remark[];
  warnings: Remark[];
  changes: Changes;
  leaving: LeavingEffect | null;
}

/** One page of lines, filtered by their verdict before the import starts and by their outcome after it. */
export async function reportedLines(
  em: EntityManager,
  { id, kind, startedAt }: Import,
  shown: ShownLines,
  page: number,
): Promise<Page<ReportedLine>> {
  const matching = sql`r.import_id = ${id} and ${(startedAt == null ? byVerdict : byOutcome)[shown]}`;
  const order = shown === 'leaving' ? sql`r.stated->>'endDate' nulls last, r.line` : sql`r.line`;
  const { rows } = await sql<ReportedLine & { total: number }>`
    with page as (
      select r.line as id, r.line, r.subject_id as "subjectId", r.stated, r.leaving, ${aboutOf[kind]} as about,
        coalesce(r.judgement->'problems', r.problems) as problems, coalesce(r.judgement->'warnings', '[]') as warnings,
        coalesce(r.judgement->'changes', '{}') as changes, row_number() over (order by ${order}) as place
      from import_rows r
      where ${matching} order by ${order} limit ${pageSize} offset ${offsetOf(page)}
    )
    select total, page.* from (select count(*) as total from import_rows r where ${matching}) counted
    left join page on true order by page.place`.execute(sqlOf(em));
  return pageOf(rows, page);
}

const byVerdict: Record<ShownLines, RawBuilder<unknown>> = {
  errors: sql`r.verdict = 'error'`,
  leaving: sql`r.leaving is not null`,
  warnings: sql`r.verdict <> 'error' and r.judgement->'warnings' <> '[]'`,
  created: sql`r.verdict = 'create'`,
  changed: sql`r.verdict = 'change'`,
};

const byOutcome: Record<ShownLines, RawBuilder<unknown>> = {
  errors: sql`r.outcome = 'failed'`,
  leaving: sql`r.leaving is not null and r.outcome in ('created', 'changed')`,
  warnings: sql`r.outcome in ('created', 'changed', 'unchanged') and r.judgement->'warnings' <> '[]'`,
  created: sql`r.outcome = 'created'`,
  changed: sql`r.outcome = 'changed'`,
};

const aboutOf: Record<ImportKind, RawBuilder<unknown>> = {
  users: sql`coalesce(r.stated->>'name', (select u.name from users u where u.id = r.subject_id),
    r.stated->>'email', r.stated->>'externalId')`,
  assets: sql`r.stated->>'tag'`,
  licenses: sql`r.stated->>'license'`,
};

/** A line to correct, with its original cells: it was rejected for its problems, or taken with warnings. */
export interface LineToCorrect {
  line: number;
  cells: string[];
  problems: Remark[];
  warnings: Remark[];
}

/** Every line that has errors or warnings, in the order of the file, with at most 500 in memory. */
export async function* linesToCorrect(
  em: EntityManager,
  { id, startedAt }: Import,
): AsyncGenerator<LineToCorrect> {
  const { errors, warnings } = startedAt == null ? byVerdict : byOutcome;
  for (let after = 0; ; ) {
    const { rows } = await sql<LineToCorrect>`
      select r.line, r.cells, case when ${errors} then coalesce(r.judgement->'problems', r.problems) else '[]' end as problems,
        case when ${errors} then '[]' else r.judgement->'warnings' end as warnings
      from import_rows r
      where r.import_id = ${id} and r.line > ${after} and (${errors} or ${warnings}) order by r.line limit 500`.execute(
      sqlOf(em),
    );
    if (rows.length === 0) return;
    yield* rows;
    after = rows.at(-1)!.line;
  }
}

/** An import in a list. `by` is the name of the user who uploaded it, or the actor when it is no user. */
export interface ListedImport
  extends Pick<
    Import,
    'id' | 'kind' | 'state' | 'fileName' | 'rowCount' | 'preview' | 'results' | 'warned' | 'createdAt'
  > {
  by: string;
}

/** One page of the imports of these kinds, newest first. */
export async function listImports(
  em: EntityManager,
  kinds: readonly ImportKind[],
  page: number,
): Promise<Page<ListedImport>> {
  const matching = sql`i.kind = any(${kinds}::text[]) and i.state <> 'staging'`;
  const { rows } = await sql<ListedImport & { total: number }>`
    with page as (
      select i.id, i.kind, i.state, i.file_name as "fileName", i.row_count as "rowCount", i.preview, i.results, i.warned,
        i.created_at as "createdAt", ${nameOfActor(sql`i.created_by`)} as by
      from imports i where ${matching} order by i.id desc limit ${pageSize} offset ${offsetOf(page)}
    )
    select total, page.* from (select count(*) as total from imports i where ${matching}) counted
    left join page on true order by page.id desc`.execute(sqlOf(em));
  return pageOf(rows, page);
}

/** The name of the user who uploaded a file, or the actor when it is no user. */
export async function nameOfUploader(em: EntityManager, { id }: Import): Promise<string> {
  const { rows } = await sql<{ by: string }>`
    select ${nameOfActor(sql`i.created_by`)} as by from imports i where i.id = ${id}`.execute(sqlOf(em));
  return rows[0]!.by;
}

/** SQL for the name of an actor; the actor itself when it is no user. */
export const nameOfActor = (actor: RawBuilder<unknown>) => sql`coalesce(
  (select u.name from users u where ${actor} = 'user:' || u.id), ${actor})`;
