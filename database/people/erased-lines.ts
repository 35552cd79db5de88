import { type RawBuilder, sql } from 'kysely';
import { erasedWarning } from '../../domain/erasure.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** A person who is being erased, with the pattern that finds them in texts about others. */
interface Erased {
  id: number;
  identifying: string | null;
}

/** Erases a person from the names and the lines of ended imports. Lines about them keep only the external id. */
export async function eraseEndedLines(em: EntityManager, { id, identifying }: Erased): Promise<void> {
  const db = sqlOf(em);
  const erased = (value: RawBuilder<unknown>) => sql`erased_json(${value}, ${id}, ${identifying})`;
  await sql`
    update imports set file_name = erased_text(file_name, ${identifying}, ${id})
    where is_named(file_name, ${identifying})`.execute(db);
  await sql`
    update import_rows r set ${keepExternalId}
    from imports i
    where i.id = r.import_id and i.kind = 'users' and i.ended_at is not null and (
      r.subject_id = ${id} or folded(r.key) = (select folded(external_id) from users where id = ${id}))`.execute(
    db,
  );
  await sql`
    update import_rows r set stated = ${erased(sql`r.stated`)}, problems = ${erased(sql`r.problems`)},
      judgement = ${erased(sql`r.judgement`)}, other_key = erased_text(r.other_key, ${identifying}, ${id}),
      cells = array(select erased_text(c.cell, ${identifying}, ${id})
        from unnest(r.cells) with ordinality c (cell, place) order by c.place)
    from imports i
    where i.id = r.import_id and i.ended_at is not null
      and is_named(concat_ws(' ', array_to_string(r.cells, ' '), r.stated, r.judgement, r.other_key), ${identifying})`.execute(
    db,
  );
}

/** Erases from lines of an import of people everything except the external id. The lines are about erased people. */
export async function eraseLines(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    update import_rows r set ${keepExternalId}
    from imports i where i.id = r.import_id and r.import_id = ${importId} and r.line = any(${lines}::int[])`.execute(
    sqlOf(em),
  );
}

const judgement = JSON.stringify({
  problems: [],
  warnings: [{ field: null, message: erasedWarning }],
  changes: {},
});

/** Assignments to a line `r` of import `i`. */
const keepExternalId = sql`
  cells = array(
    select case when i.columns->(c.place::int - 1)->>'field' = 'externalId' then c.cell else '' end
    from unnest(r.cells) with ordinality c (cell, place) order by c.place),
  stated = case when r.stated ? 'externalId' then jsonb_build_object('externalId', r.stated->'externalId') else '{}' end,
  problems = '[]', judgement = ${judgement}::jsonb, other_key = null`;
