import { sql } from 'kysely';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { Preview } from '../entities/import.ts';
import { evaluateLines } from './evaluate.ts';
import { type Kind, kinds } from './kinds.ts';

/** Lines evaluated at once, which bounds the memory for a file. */
const batchSize = 1_000;

/** Evaluates what every line of a file would change now, and counts. Changes nothing else. */
export async function evaluateAll(em: EntityManager, importId: number, kind: ImportKind): Promise<Preview> {
  await evaluateEveryLine(em, importId, kinds[kind] as Kind<unknown>);
  if (kind === 'licenses') await refuseExcessSeats(em, importId);
  return countVerdicts(em, importId);
}

async function evaluateEveryLine<Facts>(
  em: EntityManager,
  importId: number,
  kind: Kind<Facts>,
): Promise<void> {
  for (let after = 0; ; ) {
    const lines = await linesAfter(em, importId, after);
    if (lines.length === 0) return;
    await evaluateLines(em, importId, lines, kind);
    after = lines.at(-1)!;
  }
}

async function linesAfter(em: EntityManager, importId: number, after: number): Promise<number[]> {
  const { rows } = await sql<{ line: number }>`
    select line from import_rows where import_id = ${importId} and line > ${after}
    order by line limit ${batchSize}`.execute(sqlOf(em));
  return rows.map(({ line }) => line);
}

/** Marks as errors the lines that find no free seat, in the order of the file. */
async function refuseExcessSeats(em: EntityManager, importId: number) {
  await sql`
    with taking as (
      select line, coalesce((stated->>'seatsTotal')::int, l.seats_total) - coalesce(l.seats_used, 0) as free,
        row_number() over (partition by key order by line) as place
      from import_rows r left join licenses l on l.id = r.subject_id
      where import_id = ${importId} and judgement->'changes' ? 'user'
    )
    update import_rows r set verdict = 'error', judgement = jsonb_build_object('changes', '{}'::jsonb, 'notes', '[]'::jsonb,
      'problems', jsonb_build_array(jsonb_build_object('field', 'user', 'message', 'This license has no free seat left for this line.')))
    from taking t where r.import_id = ${importId} and r.line = t.line and place > free`.execute(sqlOf(em));
}

async function countVerdicts(em: EntityManager, importId: number): Promise<Preview> {
  const { rows } = await sql<Preview>`
    select count(*) filter (where verdict = 'create') as create, count(*) filter (where verdict = 'change') as change,
      count(*) filter (where verdict = 'same') as same, count(*) filter (where verdict = 'error') as error,
      count(*) filter (where judgement->'notes' <> '[]') as notes,
      count(*) filter (where leaving = 'starts') as starts, count(*) filter (where leaving = 'moves') as moves,
      count(*) filter (where leaving = 'stops') as stops,
      (select count(*) from users where status <> 'offboarded' and merged_into is null) as workforce
    from import_rows where import_id = ${importId}`.execute(sqlOf(em));
  return rows[0]!;
}
